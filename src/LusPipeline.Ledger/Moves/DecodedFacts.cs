namespace LusPipeline.Ledger.Moves;

/// <summary>Facts about a video that decoding found.</summary>
/// <param name="Width">Width of the decoded frames in pixels.</param>
/// <param name="Height">Height of the decoded frames in pixels.</param>
/// <param name="Frames">n, the number of decoded frames.</param>
/// <param name="Warnings">Warning codes, such as <c>truncated</c>.</param>
public sealed record DecodedFacts(string Codec, int Width, int Height, int Frames, TimeSpan? Duration, IReadOnlyList<string> Warnings);
