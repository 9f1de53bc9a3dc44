"""Joins PGM and PPM images to raw red, green and blue. Usage: pnm.py OUT IMAGE…"""
import sys

with open(sys.argv[1], "wb") as out:
    for path in sys.argv[2:]:
        with open(path, "rb") as image:
            kind = image.readline().strip()
            numbers = []
            while len(numbers) < 3:
                numbers += image.readline().split(b"#")[0].split()
            pixels = image.read()
        assert numbers[2] == b"255", path
        out.write(pixels if kind == b"P6" else bytes(level for level in pixels for _ in range(3)))
