"""Which commit made a kernel slower: the search, the tree, and the boots of vm-bisect."""
