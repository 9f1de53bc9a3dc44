"""Writes what pydicom reads of loops: name,study,instance,frames,rows,columns,photometric. Usage: tags.py LOOP.dcm…"""
import sys
from pathlib import Path
import pydicom

for path in sys.argv[1:]:
    data = pydicom.dcmread(path, force=True)
    print(Path(path).stem, data.StudyInstanceUID, data.SOPInstanceUID, data.NumberOfFrames, data.Rows, data.Columns, data.PhotometricInterpretation, sep=",")
