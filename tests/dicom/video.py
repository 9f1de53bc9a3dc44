"""Wraps video streams of ffmpeg in DICOM. Usage: video.py LOOP.dcm OUT"""
import subprocess
import sys
import pydicom
from pydicom.encaps import encapsulate

OUT = sys.argv[2]
FORMS = {
    "video-mpeg2": ("1.2.840.10008.1.2.4.100", ["-c:v", "mpeg2video", "-q:v", "2", "-f", "mpegts"]),
    "video-mpeg2-bare": ("1.2.840.10008.1.2.4.101", ["-c:v", "mpeg2video", "-q:v", "2", "-f", "mpeg2video"]),
    "video-h264": ("1.2.840.10008.1.2.4.102", ["-c:v", "libx264", "-bf", "0", "-f", "mpegts"]),
    "video-h264-bare": ("1.2.840.10008.1.2.4.104", ["-c:v", "libx264", "-bf", "0", "-f", "h264"]),
    "video-h264-mp4": ("1.2.840.10008.1.2.4.103", ["-c:v", "libx264", "-f", "mp4"]),
    "video-hevc": ("1.2.840.10008.1.2.4.107", ["-c:v", "libx265", "-x265-params", "log-level=error", "-f", "mpegts"]),
    # Says H.264 and holds MPEG-2.
    "video-contradicts": ("1.2.840.10008.1.2.4.102", ["-c:v", "mpeg2video", "-q:v", "2", "-f", "mpegts"]),
}
for name, (syntax, options) in FORMS.items():
    data = pydicom.dcmread(sys.argv[1])
    path = f"{OUT}/stream"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", "40x32", "-framerate", "25", "-i", "pipe:0",
                    "-pix_fmt", "yuv420p", *options, "-y", path], input=data.PixelData, check=True)
    with open(path, "rb") as stream:
        content = stream.read()
    data.PixelData = encapsulate([content], has_bot=False)
    data["PixelData"].is_undefined_length = True
    data.PhotometricInterpretation = "YBR_PARTIAL_420"
    data.file_meta.TransferSyntaxUID = syntax
    data.SOPInstanceUID += "." + syntax.rsplit(".", 1)[1]
    data.save_as(f"{OUT}/{name}.dcm", write_like_original=False)
subprocess.run(["rm", f"{OUT}/stream"], check=True)

# JPEG 2000 of 12 bits, which gdcm writes as 16.
data = pydicom.dcmread(f"{OUT}/grey16.dcm")
frames = [subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-f", "rawvideo", "-pix_fmt", "gray12le", "-video_size", "40x32", "-i", "pipe:0",
                          "-c:v", "libopenjpeg", "-format", "j2k", "-f", "image2pipe", "pipe:1"], input=frame.tobytes(), check=True, capture_output=True).stdout
          for frame in data.pixel_array]
data.PixelData = encapsulate(frames)
data["PixelData"].is_undefined_length = True
data.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.90"
data.SOPInstanceUID += ".90"
data.save_as(f"{OUT}/j2k-12.dcm", write_like_original=False)
