#!/usr/bin/env bash
# Makes the DICOM loops that tests read, by others' tools: pydicom, dcmtk, gdcm and ffmpeg. Beside each NAME.dcm it writes NAME.rgb: the frames as dcmtk or
# gdcm decode them, 8 bits of red, green and blue. All pixels and all names are made up. tests/Shared/dicom.zip is its fixtures.zip of dcmtk 3.6.7,
# gdcm 3.0.21 and pydicom 2.3.1.
#   fixtures.sh OUT
# apt-get install dcmtk libgdcm-tools python3-pydicom python3-numpy ffmpeg zip
set -euo pipefail
out=$(realpath -m "${1:?}")
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"
cd "$out"
/usr/bin/python3 "$here/native.py" .

# The data set, written in other ways.
dcmconv +ti rgb.dcm implicit.dcm
dcmconv +tb rgb.dcm big.dcm
dcmconv +tb grey16.dcm big16.dcm
dcmconv +td rgb.dcm deflated.dcm
dcmconv +te -F rgb.dcm bare.dcm
dcmconv +ti -F rgb.dcm bare-implicit.dcm
dcmconv -e +te rgb.dcm undefined.dcm
dcmconv -e +ti rgb.dcm undefined-implicit.dcm

dcmcrle rgb.dcm rle.dcm
dcmcrle grey.dcm rle-grey.dcm
dcmcrle grey16.dcm rle16.dcm
dcmcrle +ot rgb.dcm rle-table.dcm
dcmcrle -ot rgb.dcm rle-no-table.dcm
gdcmconv --rle rgb.dcm rle-gdcm.dcm

dcmcjpeg +eb +q 90 rgb.dcm jpeg-422.dcm
dcmcjpeg +eb +q 90 +cr rgb.dcm jpeg-rgb.dcm
dcmcjpeg +eb +q 90 +s4 rgb.dcm jpeg-444.dcm
dcmcjpeg +eb +q 90 grey.dcm jpeg-grey.dcm
dcmcjpeg +ee +q 90 grey.dcm jpeg-extended.dcm
dcmcjpeg +e1 rgb.dcm lossless-rgb.dcm
dcmcjpeg +el grey.dcm lossless-grey.dcm
dcmcjpeg +e1 +fs 1 +ot rgb.dcm lossless-fragments.dcm
dcmcjpeg +e1 +fs 1 -ot rgb.dcm lossless-fragments-no-table.dcm
gdcmconv --jpeg rgb.dcm lossless-gdcm.dcm

dcmcjpls +el rgb.dcm jpegls-rgb.dcm
dcmcjpls +el +in rgb.dcm jpegls-planes.dcm
dcmcjpls +el +is rgb.dcm jpegls-samples.dcm
dcmcjpls +en grey.dcm jpegls-near.dcm
gdcmconv --jpegls grey.dcm jpegls-gdcm.dcm

gdcmconv --j2k rgb.dcm j2k-rgb.dcm
gdcmconv --j2k grey.dcm j2k-grey.dcm
gdcmconv --j2k --lossy -q 60 rgb.dcm j2k-lossy.dcm

/usr/bin/python3 "$here/video.py" rgb.dcm .

# What dcmtk and gdcm decode.
frames() { # FILE NAME [OPTIONS…]
  local file=$1 name=$2; shift 2
  rm -rf frames && mkdir frames
  dcmj2pnm +Fa +op "$@" "$file" frames/f
  /usr/bin/python3 "$here/pnm.py" "$name.rgb" $(ls frames/* | sort -V)
}
for file in *.dcm; do
  name=${file%.dcm}
  case $name in
    video-*) ;;
    *16*) frames "$file" "$name" +Wi 1 ;;
    jpegls-*) dcmdjpls "$file" decoded; frames decoded "$name" ;;
    j2k-*) gdcmconv --raw "$file" decoded; frames decoded "$name" ;;
    rle*) dcmdrle "$file" decoded; frames decoded "$name" ;;
    lossless-gdcm) gdcmconv --raw "$file" decoded; frames decoded "$name" ;;
    *) frames "$file" "$name" ;;
  esac
done
rm -rf frames decoded
# Most loops hold the same frames: they are kept once, and expected.csv says which.
sha256sum *.rgb | sort | awk '{ if ($1 != last) { last = $1; first = $2 } print substr($2, 1, length($2) - 4) "," first }' >expected.csv
while IFS=, read -r name kept; do
  [[ $name.rgb == "$kept" ]] || rm "$name.rgb"
done <expected.csv
/usr/bin/python3 "$here/tags.py" *.dcm >tags.csv
rm -f fixtures.zip
zip -9 -q -X fixtures.zip *.dcm *.rgb *.csv
