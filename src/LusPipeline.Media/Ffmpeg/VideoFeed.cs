namespace LusPipeline.Media.Ffmpeg;

/// <summary>Frames that are written to ffmpeg's stdin.</summary>
/// <param name="Options">Options of the input, such as the size of raw frames.</param>
/// <param name="WriteAsync">Writes all of them. It is called once for each run of ffmpeg.</param>
internal sealed record VideoFeed(IReadOnlyList<string> Options, Func<Stream, CancellationToken, Task> WriteAsync);
