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

# A QEMU that sends the results of a guest, out of `pool` where there is one: fake-qemu.
fake_qemu() {
	mkdir -p bin
	cp "$CGCHURN_SOURCE/tests/cli/fake-qemu" bin/qemu-system-x86_64
	export PATH=$PWD/bin:$PATH CGCHURN_ACCELERATOR=tcg
	command -v busybox >/dev/null || skip "no busybox"
}

# pool LABEL N [FACT=VALUE]...: what the boots of LABEL will have measured.
pool() {
	mkdir -p pool
	"$CGCHURN_BUILD/tests/cli/make-results" "pool/$1" "${@:2}"
}
