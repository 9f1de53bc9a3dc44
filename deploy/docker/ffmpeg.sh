#!/usr/bin/env bash
# Builds ffmpeg and ffprobe from the distribution's source package into OUT: one static file each, with what lus needs and nothing else.
#   ffmpeg.sh OUT
# The demuxers and decoders are those that VideoContainer.cs and MediaArguments.cs allow, those of DICOM loops included. A program that lacks the rest is smaller by 480 MB,
# and is less code that a hostile video could reach.
set -euo pipefail

out=${1:?}
export DEBIAN_FRONTEND=noninteractive
sed -i 's/^Types: deb$/Types: deb deb-src/' /etc/apt/sources.list.d/*.sources 2>/dev/null || true
sed -i -E 's/^deb (.*)/&\ndeb-src \1/' /etc/apt/sources.list 2>/dev/null || true
apt-get -qq update
apt-get -qq install --no-install-recommends build-essential dpkg-dev nasm pkg-config zlib1g-dev libx264-dev >/dev/null
cd "$(mktemp -d)"
apt-get -qq source --download-only ffmpeg
# It applies the distribution's patches, which mend security holes.
dpkg-source --no-check -x ./*.dsc source >/dev/null
cd source

list() { tr -d ' \n' <<<"$1"; }
demuxers=$(list 'mov,avi,gif,mpegps,mpegts,mpegvideo,m4v,matroska,ogg,asf,flv,live_flv,ivf,mxf,yuv4mpegpipe,h264,hevc,mjpeg,dv,vc1,obu,rawvideo,image2,concat')
decoders=$(list 'av1,msmpeg4v1,msmpeg4v2,msmpeg4v3,wmv1,wmv2,wmv3,vc1,mpeg1video,mpeg2video,mpegvideo,cinepak,indeo2,indeo3,indeo4,indeo5,
  msvideo1,msrle,rawvideo,huffyuv,ffvhuff,ffv1,utvideo,lagarith,zlib,mszh,tscc,h264,hevc,mpeg4,mjpeg,mjpegb,vp8,vp9,prores,dvvideo,dnxhd,h263,h263p,svq1,
  svq3,jpeg2000,png,qtrle,rpza,smc,eightbps,gif,theora,mss1,mss2,flv,vp6,vp6f,wrapped_avframe,
  aac,aac_fixed,aac_latm,mp1,mp1float,mp2,mp2float,mp3,mp3float,ac3,ac3_fixed,eac3,dca,mlp,truehd,alac,flac,vorbis,opus,wmav1,wmav2,wmapro,
  amrnb,amrwb,gsm,gsm_ms,qdm2,nellymoser,pcm_alaw,pcm_mulaw,pcm_s8,pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,
  pcm_f32le,pcm_f32be,pcm_dvd,pcm_bluray,adpcm_ima_wav,adpcm_ima_qt,adpcm_ms,adpcm_swf,adpcm_g726,
  movtext,subrip,srt,ass,ssa,webvtt,text,dvdsub,dvbsub,pgssub,xsub')
# lus demo needs the encoders and muxers; lus doctor draws a test video.
./configure --enable-gpl --disable-everything --disable-autodetect --disable-doc --disable-debug --disable-network --disable-ffplay \
  --enable-zlib --enable-libx264 --enable-static --disable-shared --extra-ldflags=-static --pkg-config-flags=--static \
  --enable-protocol=file,pipe --enable-demuxer="$demuxers" --enable-decoder="$decoders" --enable-parsers --enable-bsfs --enable-swscale \
  --enable-indev=lavfi --enable-filter=testsrc,scale,format,null,copy,select,fps,setpts,trim,transpose,hflip,vflip,crop,rotate,aformat,anull \
  --enable-encoder=rawvideo,libx264,mpeg4,mpeg2video,mjpeg,gif,png,wrapped_avframe \
  --enable-muxer=rawvideo,null,mp4,mov,avi,gif,mpeg2video,mpeg1system,mpeg2vob,image2,image2pipe,framehash,framemd5,hash,md5,matroska >/dev/null
make -s -j"$(nproc)" ffmpeg ffprobe >/dev/null
install -D -t "$out" ffmpeg ffprobe
install -D -m 644 -t "$out/licenses" COPYING.GPLv2 LICENSE.md
