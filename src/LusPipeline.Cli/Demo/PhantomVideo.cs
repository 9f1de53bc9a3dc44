namespace LusPipeline.Cli.Demo;

/// <summary>A video of the demo.</summary>
/// <param name="Key">Its path below the demo's folder; the container follows from its ending.</param>
/// <param name="Kind">What it shows.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Frames">Their number.</param>
/// <param name="FramesPerSecond">Constant.</param>
/// <param name="Seed">Another seed is another patient.</param>
/// <param name="Encoding">ffmpeg's options for the codec.</param>
internal sealed record PhantomVideo(
    string Key, PhantomKind Kind, int Width, int Height, int Frames, int FramesPerSecond, int Seed, params string[] Encoding);
