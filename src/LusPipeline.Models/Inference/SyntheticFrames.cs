namespace LusPipeline.Models.Inference;

/// <summary>Makes frames that look a little like lung ultrasound: a bright sector with speckle and horizontal bands on a black background.</summary>
internal static class SyntheticFrames
{
    /// <returns>
    /// uint8 RGB [<paramref name="count"/>, <paramref name="height"/>, <paramref name="width"/>, 3]. The same arguments give the same frames.
    /// </returns>
    public static byte[] Make(int count, int height, int width)
    {
        var frames = new byte[checked(count * height * width * 3)];
        var random = new Random(1);
        var pixel = 0;
        for (var frame = 0; frame < count; frame++)
        {
            for (var y = 0; y < height; y++)
            {
                var depth = (y + 0.5) / height;
                var echo = 40 + (60 * (1 - depth)) + (50 * (1 - depth) * Math.Sin(2 * Math.PI * depth * (6 + frame)));
                var halfWidth = 0.15 + (0.35 * depth);
                for (var x = 0; x < width; x++)
                {
                    var inside = Math.Abs(((x + 0.5) / width) - 0.5) < halfWidth;
                    var speckle = 0.4 + (1.2 * random.NextDouble());
                    frames.AsSpan(3 * pixel++, 3).Fill(inside ? (byte)Math.Clamp(echo * speckle, 0, 255) : (byte)0);
                }
            }
        }
        return frames;
    }
}
