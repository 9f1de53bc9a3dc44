namespace LusPipeline.Ledger.Moves;

/// <summary>What decoding found out about a video.</summary>
/// <param name="Width">Pixels, as decoded.</param>
/// <param name="Height">Pixels, as decoded.</param>
/// <param name="Frames">n, the decoded frames.</param>
/// <param name="Warnings">Warning codes, such as <c>truncated</c>.</param>
public sealed record DecodedFacts(string Codec, int Width, int Height, int Frames, TimeSpan? Duration, IReadOnlyList<string> Warnings);
