using LusPipeline.Models.Bundles;

namespace LusPipeline.Hosting.Offline;

/// <summary>What a bundle wants of a clip.</summary>
/// <param name="Frames">T, spread evenly over the whole video.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Width">Pixels.</param>
public readonly record struct ClipShape(int Frames, int Height, int Width)
{
    public static ClipShape For(Bundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return new(bundle.Frames, bundle.Height, bundle.Width);
    }
}
