"""The histograms of a result (doc/schema/), by the description of HdrHistogram's V2 encoding alone."""
import base64
import struct
import zlib

SUB_BUCKET_BITS = 7  # two significant figures


def lowest_value(index):
    """Of a bucket, in nanoseconds."""
    half = index >> SUB_BUCKET_BITS
    return index if half < 2 else ((1 << SUB_BUCKET_BITS) + (index & (1 << SUB_BUCKET_BITS) - 1)) << (half - 1)


def words(data):
    """ZigZag LEB128 of at most nine bytes each."""
    at = 0
    while at < len(data):
        value = 0
        for i in range(9):
            byte = data[at]
            at += 1
            value |= (byte if i == 8 else byte & 0x7F) << 7 * i
            if not byte & 0x80:
                break
        yield value >> 1 ^ -(value & 1)


def decode(text):
    """[(lowest value in ns, samples)] of a payload with two significant figures and a lowest value of 1."""
    data = base64.b64decode(text, validate=True)
    cookie, length = struct.unpack_from(">II", data)
    if cookie != 0x1C849314 or length != len(data) - 8:
        raise ValueError("not an HdrHistogram, V2 compressed")
    data = zlib.decompress(data[8:])
    cookie, length, offset, figures, low, _, ratio = struct.unpack_from(">IIIIQQd", data)
    if (cookie, length, offset, figures, low, ratio) != (0x1C849313, len(data) - 40, 0, 2, 1, 1.0):
        raise ValueError("not an HdrHistogram of two significant figures")
    index, found = 0, []
    for word in words(data[40:]):
        if word > 0:
            found.append((lowest_value(index), word))
        index += 1 if word >= 0 else -word
    return found


def buckets(histogram):
    """[(lowest value in ns, samples)] of a result's histogram, of schema 1 or 2."""
    if "buckets" in histogram:
        return [(lowest, count) for lowest, count in histogram["buckets"]]
    return decode(histogram["data"])
