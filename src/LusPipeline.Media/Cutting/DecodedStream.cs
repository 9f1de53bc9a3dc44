namespace LusPipeline.Media.Cutting;

/// <summary>A video stream's properties as the decoder found them.</summary>
/// <param name="Codec">ffmpeg's name of the codec, for example <c>h264</c>.</param>
/// <param name="Width">Width of the first frame in pixels, before rotation.</param>
/// <param name="Height">Height of the first frame in pixels, before rotation.</param>
internal readonly record struct DecodedStream(string Codec, int Width, int Height);
