namespace LusPipeline.Media.Cutting;

/// <summary>What the decoder found a stream to be.</summary>
/// <param name="Codec">ffmpeg's name, for example <c>h264</c>.</param>
/// <param name="Width">Pixels of the first frame, before rotation.</param>
/// <param name="Height">Pixels of the first frame, before rotation.</param>
internal readonly record struct DecodedStream(string Codec, int Width, int Height);
