# Kernels and a QEMU that only look like it, for the scripts that boot guests.

# fake_kernel FILE: a bzImage by its header, 6.12.1, of no length beyond it.
fake_kernel() {
	python3 - "$1" <<-'END'
	import sys
	image = bytearray(0x400)
	image[0x1F1], image[0x202:0x206], image[0x20E:0x210] = 1, b"HdrS", (0x100).to_bytes(2, "little")
	image[0x300:0x307] = b"6.12.1 "
	open(sys.argv[1], "wb").write(image)
	END
}

# A QEMU that sends the results of a guest: a line in /out, and what the command printed. Where there is a folder
# pool/LABEL, what `cgchurn run --label LABEL --sequence BLOCK:POSITION` would have measured comes from there, as result.json;
# with a file pool/LABEL/panic the kernel panics.
fake_qemu() {
	mkdir -p bin
	cat >bin/qemu-system-x86_64 <<-'END'
	#!/usr/bin/env python3
	import hashlib, io, json, os, re, signal, sys, tarfile
	if sys.argv[1:] == ["--version"]:
	    sys.exit(print("QEMU emulator version 9.9.9 (Debian 1:9.9.9)"))
	open("arguments", "w").write(" ".join(sys.argv))
	port = next(re.search(r"path=(.*)/port$", a)[1] for a in sys.argv if a.endswith("/port"))
	open("append", "w").write(sys.argv[sys.argv.index("-append") + 1])
	files = {"stdout": b"said\n", "out/file": b"result\n"}
	initrd = open(sys.argv[sys.argv.index("-initrd") + 1], "rb").read()
	asked = re.search(rb"--label (\S+) .*--sequence (\d+):(\d+)", initrd)
	if asked and os.path.isdir("pool"):
	    label, block, position = asked[1].decode(), int(asked[2]), int(asked[3])
	    print(label, block, file=open("booted", "a"))
	    if os.path.exists(f"pool/{label}/interrupt-{block}"):
	        os.kill(int(open("pid").read()), signal.SIGINT)
	        signal.pause()
	    if os.path.exists(f"pool/{label}/panic"):
	        sys.exit(print("[    1.000000] Kernel panic - not syncing: No working init found.", file=open(f"{port}/console.log", "w")))
	    result = json.load(open(f"pool/{label}/{block - 1:04}.json"))
	    result["sequence"] = {"block": block, "position": position}
	    files["out/result.json"] = json.dumps(result).encode()
	packed = io.BytesIO()
	with tarfile.open(fileobj=packed, mode="w:gz") as tar:
	    for name, text in files.items():
	        member = tarfile.TarInfo(name)
	        member.size = len(text)
	        tar.addfile(member, io.BytesIO(text))
	data = packed.getvalue()
	with open(f"{port}/port", "wb") as to:
	    to.write(data + f"cgchurn-guest 000 {hashlib.sha256(data).hexdigest()}\n".encode())
	END
	chmod +x bin/qemu-system-x86_64
	export PATH=$PWD/bin:$PATH CGCHURN_ACCELERATOR=tcg
	command -v busybox >/dev/null || skip "no busybox"
}

# pool LABEL N [FACT=VALUE]...: what the boots of LABEL will have measured.
pool() {
	mkdir -p pool
	"$CGCHURN_BUILD/tests/cli/make-results" "pool/$1" "${@:2}"
}
