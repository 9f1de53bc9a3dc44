"""Writes loops without coding, by pydicom. Usage: native.py OUT"""
import sys
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

OUT = sys.argv[1]
WIDTH, HEIGHT, FRAMES = 40, 32, 3
y, x = np.mgrid[0:HEIGHT, 0:WIDTH]


def drawn(frame):
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    image[..., 0], image[..., 1], image[..., 2] = x // 4 * 20 + frame * 9, y // 4 * 28 + frame * 5, (x + y) // 4 * 12 + frame * 3
    image[8:16, 10 + frame * 4:20 + frame * 4] = (200, 40, 90)
    return image


rgb = np.stack([drawn(frame) for frame in range(FRAMES)])
grey = (rgb.astype(int) @ [3, 6, 1] // 10).astype(np.uint8)
ybr = np.clip(np.rint(rgb.astype(float) @ np.array(
    [[.299, -.168736, .5], [.587, -.331264, -.418688], [.114, .5, -.081312]]) + [0, 128, 128]), 0, 255).astype(np.uint8)
halved = np.empty((FRAMES, HEIGHT, WIDTH // 2, 4), np.uint8)
halved[..., 0], halved[..., 1] = ybr[:, :, 0::2, 0], ybr[:, :, 1::2, 0]
halved[..., 2], halved[..., 3] = ybr[:, :, 0::2, 1], ybr[:, :, 0::2, 2]


def region(spatial, kind, left, top, right, bottom):
    item = Dataset()
    item.RegionSpatialFormat, item.RegionDataType, item.RegionFlags = spatial, kind, 0
    item.RegionLocationMinX0, item.RegionLocationMinY0, item.RegionLocationMaxX1, item.RegionLocationMaxY1 = left, top, right, bottom
    item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = 3
    item.PhysicalDeltaX = item.PhysicalDeltaY = 0.01
    return item


def write(name, photometric, pixels, bits=8, stored=None, signed=0, planar=None, regions=None, **more):
    data = Dataset()
    data.SOPClassUID = "1.2.840.10008.5.1.4.1.1.3.1"
    data.SOPInstanceUID = "1.2.826.0.1.3680043.9.7777.1." + str(sum(ord(c) * 31 ** i for i, c in enumerate(name)) % 10 ** 9)
    data.StudyInstanceUID = "1.2.826.0.1.3680043.9.7777.2.4711"
    data.SeriesInstanceUID = "1.2.826.0.1.3680043.9.7777.3.4711"
    data.PatientName, data.PatientID, data.PatientBirthDate, data.PatientSex = "Musterfrau^Erika", "PID-471100", "19500611", "F"
    data.StudyDate, data.StudyTime, data.StudyID, data.AccessionNumber = "20260102", "101112", "ST-4711", "ACC-4711"
    data.ReferringPhysicianName, data.SeriesNumber, data.InstanceNumber = "Beispiel^Arzt", 1, 1
    data.Modality, data.Manufacturer, data.ImageType, data.PatientOrientation = "US", "Synthetic", ["ORIGINAL", "PRIMARY"], ""
    data.NumberOfFrames, data.FrameTime, data.FrameIncrementPointer = FRAMES, 40, 0x00181063
    data.Rows, data.Columns, data.BitsAllocated, data.BitsStored = HEIGHT, WIDTH, bits, stored or bits
    data.HighBit, data.PixelRepresentation, data.PhotometricInterpretation = data.BitsStored - 1, signed, photometric
    data.SamplesPerPixel = 1 if photometric.startswith(("MONO", "PALETTE")) else 3
    # A private element, before the pixels.
    block = data.private_block(0x0029, "SYNTHETIC MAKER", create=True)
    block.add_new(0x10, "OB", bytes(range(64)))
    if planar is not None:
        data.PlanarConfiguration = planar
    if regions is not None:
        data.SequenceOfUltrasoundRegions = Sequence(regions)
    for key, value in more.items():
        if value is None:
            del data[key]
        else:
            setattr(data, key, value)
    data.PixelData = pixels.tobytes()
    data["PixelData"].VR = "OB" if bits == 8 else "OW"
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.is_little_endian, data.is_implicit_VR = True, False
    data.save_as(f"{OUT}/{name}.dcm", write_like_original=False)


whole = [region(1, 1, 0, 0, WIDTH - 1, HEIGHT - 1)]
write("rgb", "RGB", rgb, planar=0, regions=whole)
write("rgb-planes", "RGB", rgb.transpose(0, 3, 1, 2), planar=1)
write("grey", "MONOCHROME2", grey)
write("inverted", "MONOCHROME1", 255 - grey)
write("ybr", "YBR_FULL", ybr, planar=0)
write("ybr-planes", "YBR_FULL", ybr.transpose(0, 3, 1, 2), planar=1)
write("ybr-422", "YBR_FULL_422", halved, planar=0)
write("grey16", "MONOCHROME2", grey.astype(np.uint16) * 16 + 7, bits=16, stored=12, WindowCenter=2048, WindowWidth=2000)
write("signed16", "MONOCHROME2", (grey.astype(np.int16) - 100) * 20, bits=16, stored=16, signed=1, WindowCenter=40, WindowWidth=3000,
      RescaleSlope=2, RescaleIntercept=-10)
ramp = np.arange(256)
levels = [(ramp * 7 % 256).astype(np.uint16) * 257, (255 - ramp).astype(np.uint16) * 257, (ramp // 2).astype(np.uint16) * 257]
tables = {}
for colour, level in zip(("Red", "Green", "Blue"), levels):
    tables[f"{colour}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
    tables[f"{colour}PaletteColorLookupTableData"] = level.tobytes()
write("palette", "PALETTE COLOR", grey, **tables)

# Samples of 9 to 16 bits: on the left all levels, noise among them; on the right those of a window in which no level is lost.
noise = np.random.default_rng(4711)
for stored, kind in ((9, 0), (10, 0), (12, 0), (14, 0), (16, 0), (10, 1), (12, 1), (16, 1)):
    centre = 0 if kind else 1 << (stored - 1)
    left = (grey.astype(int) << (stored - 8)) - (kind << (stored - 1))
    left[:, -8:] = noise.integers(-(1 << (stored - 1)) if kind else 0, (1 << (stored - 1)) if kind else 1 << stored, left[:, -8:].shape)
    right = centre - 128 + grey.astype(int)
    write(f"{'signed' if kind else 'grey'}-{stored}", "MONOCHROME2", np.where(x < WIDTH // 2, left, right).astype(np.int16 if kind else np.uint16),
          bits=16, stored=stored, signed=kind, WindowCenter=centre, WindowWidth=256)
write("inverted-12", "MONOCHROME1", grey.astype(np.uint16) * 16 + 7, bits=16, stored=12, WindowCenter=2048, WindowWidth=2000)
write("signed-8", "MONOCHROME2", (grey.astype(int) - 128).astype(np.int8), signed=1)
ramp = np.arange(1024)
for colour, level in zip(("Red", "Green", "Blue"), (ramp * 7 % 256, 255 - ramp // 4, ramp // 8)):
    tables[f"{colour}PaletteColorLookupTableDescriptor"] = [1024, 0, 16]
    tables[f"{colour}PaletteColorLookupTableData"] = (level.astype(np.uint16) * 257).tobytes()
write("palette-16", "PALETTE COLOR", grey.astype(np.uint16) * 4 + x.astype(np.uint16) % 4, bits=16, stored=10, **tables)
write("rgb-16", "RGB", rgb.astype(np.uint16) * 257, bits=16, planar=0)

# What is not decoded otherwise, and is cut or timed.
write("crop", "RGB", rgb, planar=0, regions=[region(2, 1, 0, 0, 39, 3), region(1, 1, 8, 4, 33, 27), region(1, 1, 0, 28, 3, 31)])
write("mmode", "RGB", rgb, planar=0, regions=[region(2, 1, 0, 0, 39, 31)])
write("colour-flow", "RGB", rgb, planar=0, regions=[region(1, 1, 8, 4, 33, 27), region(1, 2, 12, 8, 20, 20)])
write("vector", "MONOCHROME2", grey, FrameIncrementPointer=0x00181065, FrameTime=None, FrameTimeVector=[0, 30, 50])
write("cine", "MONOCHROME2", grey, FrameIncrementPointer=0x00181063, FrameTime=None, CineRate=50)
write("single", "MONOCHROME2", grey[:1], NumberOfFrames=1)
