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
rm -rf images && mkdir images
dcmj2pnm +Fa +ob rgb.dcm images/frame
for image in images/*.bmp; do ffmpeg -nostdin -v error -i "$image" -q:v 2 "${image%.bmp}.jpg"; done
img2dcm -nsc images/*.jpg img2dcm.dcm -k "PatientName=Musterfrau^Erika" -k "StudyInstanceUID=1.2.826.0.1.3680043.9.7777.2.4711" -k "FrameTime=40"

# Whatever else they write: each of these sources in each of these codings, as SOURCE.CODING.dcm. What a tool refuses to write is in refused.csv.
greys='grey inverted signed-8 palette grey-9 grey-10 grey-12 grey-14 grey-16 signed-10 signed-12 signed-16 inverted-12 palette-16'
colours='rgb rgb-planes ybr ybr-planes ybr-422'
all="$greys $colours"
each="$all rgb-16"
# DCT is read in 8 bits, and in 12 where it is grey. What is scaled to them from more bits shows nothing else.
dct="grey inverted signed-8 grey-9 grey-12 signed-12 inverted-12 $colours"
some='grey grey-12 rgb ybr'
predicted='grey grey-16 signed-16 rgb ybr'
>refused.csv
while IFS='|' read -r coding sources command; do
  for source in ${!sources}; do
    # Some of them crash on some sources.
    $command $source.dcm "$source.$coding.dcm" >/dev/null 2>&1 || { rm -f "$source.$coding.dcm"; echo "$source,$command" >>refused.csv; }
  done
done <<'CODINGS'
rle|each|dcmcrle
rle-gdcm|all|gdcmconv --rle
baseline|dct|dcmcjpeg +eb
baseline-rgb|colours|dcmcjpeg +eb +cr
baseline-444|colours|dcmcjpeg +eb +s4
baseline-gdcm|dct|gdcmconv --jpeg --lossy -q 90
extended|dct|dcmcjpeg +ee
extended-12|some|dcmcjpeg +ee +bt
spectral|some|dcmcjpeg +es
progressive|some|dcmcjpeg +ep
lossless|each|dcmcjpeg +e1
lossless-pseudo|dct|dcmcjpeg +e1 +pl
lossless-2|predicted|dcmcjpeg +el +sv 2
lossless-3|predicted|dcmcjpeg +el +sv 3
lossless-4|predicted|dcmcjpeg +el +sv 4
lossless-5|predicted|dcmcjpeg +el +sv 5
lossless-6|predicted|dcmcjpeg +el +sv 6
lossless-7|predicted|dcmcjpeg +el +sv 7
lossless-shifted|predicted|dcmcjpeg +el +pt 1
lossless-gdcm|all|gdcmconv --jpeg
jpegls|each|dcmcjpls +el
jpegls-planes|colours|dcmcjpls +el +in
jpegls-samples|colours|dcmcjpls +el +is
jpegls-cooked|all|dcmcjpls +el +pc
jpegls-near|all|dcmcjpls +en
jpegls-near-samples|colours|dcmcjpls +en +is
jpegls-gdcm|all|gdcmconv --jpegls
jpegls-gdcm-near|all|gdcmconv --jpegls --lossy -e 2
j2k|each|gdcmconv --j2k
j2k-lossy|all|gdcmconv --j2k --lossy -q 60
j2k-irreversible|some|gdcmconv --j2k --irreversible
CODINGS

# What dcmtk and gdcm decode.
frames() { # FILE NAME [OPTIONS…]
  local file=$1 name=$2; shift 2
  rm -rf frames && mkdir frames
  dcmj2pnm +Fa +op "$@" "$file" frames/f
  /usr/bin/python3 "$here/pnm.py" "$name.rgb" $(ls frames/* | sort -V)
}
decode() { # FILE COMMAND…: an object without coding, by one of their own decoders
  rm -f decoded
  "${@:2}" "$1" decoded
}
for file in *.dcm; do
  name=${file%.dcm}
  window=()
  # Samples of 8 bits are shown as they are.
  if [[ $(dcmdump +P WindowCenter "$file") && ! $(dcmdump +P BitsStored "$file") =~ US\ 8 ]]; then window=(+Wi 1); fi
  case $name in
    video-*) ;;
    # gdcm puts the planes that it reads here one behind the other.
    *-planes.jpegls-gdcm*) decode "$file" dcmdjpls && frames decoded "$name" "${window[@]}" ;;
    *.*gdcm* | *.j2k* | j2k-* | lossless-gdcm) decode "$file" gdcmconv --raw && frames decoded "$name" "${window[@]}" ;;
    *.rle* | rle*) decode "$file" dcmdrle && frames decoded "$name" "${window[@]}" ;;
    *.jpegls* | jpegls-*) decode "$file" dcmdjpls && frames decoded "$name" "${window[@]}" ;;
    *) frames "$file" "$name" "${window[@]}" ;;
  esac || echo "$name is not decoded by the tool that wrote it" >&2
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
