using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace LusPipeline.Hosting.Offline;

/// <summary>
/// A change of a clip that leaves its diagnosis as it is, as another probe, machine or examiner might have recorded it. It is drawn at random for a clip and
/// is the same for all its frames: mirrored or not, frames a third of their distance earlier or later or neither, a part of at least
/// <see cref="LeastPart"/> of each side, and another gain and gamma. A head that is trained on such clips, too, depends less on how a video was recorded.
/// </summary>
internal sealed record FrameVariation
{
    /// <summary>So many frames are cut for each that is taken.</summary>
    public const int Phases = 3;

    /// <summary>The least part of the width and of the height that is kept.</summary>
    private const double LeastPart = 0.85;

    /// <summary>Gain is drawn from 1/x to x, evenly in its logarithm.</summary>
    private const double GreatestGain = 1.15;

    /// <summary>Gamma is drawn from 1/x to x, evenly in its logarithm.</summary>
    private const double GreatestGamma = 1.25;

    /// <summary>Which of <see cref="Phases"/> adjacent frames is taken, from 0. The middle one is the frame of an unchanged clip.</summary>
    public required int Phase { get; init; }

    public required bool Mirrored { get; init; }

    /// <summary>The part of the width and of the height that is kept, in (0, 1].</summary>
    public required double Part { get; init; }

    /// <summary>Where the kept part begins, as a share of what is left over on each axis, in [0, 1].</summary>
    public required (double X, double Y) Place { get; init; }

    public required double Gain { get; init; }

    public required double Gamma { get; init; }

    /// <summary>Draws a variation. The same seed and video give the same one, whatever other videos there are.</summary>
    /// <param name="video">The name of the video in the set.</param>
    public static FrameVariation Draw(int seed, string video)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{seed} {video}")));
        var random = new Random(BinaryPrimitives.ReadInt32LittleEndian(hash));
        return new()
        {
            Phase = random.Next(Phases),
            Mirrored = random.Next(2) == 1,
            Part = LeastPart + ((1 - LeastPart) * random.NextDouble()),
            Place = (random.NextDouble(), random.NextDouble()),
            Gain = Math.Pow(GreatestGain, (2 * random.NextDouble()) - 1),
            Gamma = Math.Pow(GreatestGamma, (2 * random.NextDouble()) - 1),
        };
    }

    /// <param name="cut">uint8 [<see cref="Phases"/>·T, H, W, 3].</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <returns>uint8 [T, H, W, 3].</returns>
    public byte[] Apply(ReadOnlySpan<byte> cut, int height, int width)
    {
        var size = height * width * 3;
        var frames = cut.Length / size / Phases;
        var varied = new byte[frames * size];
        var (tones, columns, rows) = (Tones(), Samples(width, Place.X, Mirrored), Samples(height, Place.Y, reversed: false));
        for (var frame = 0; frame < frames; frame++)
            Resample(cut.Slice(((frame * Phases) + Phase) * size, size), varied.AsSpan(frame * size, size), columns, rows, tones);
        return varied;
    }

    private byte[] Tones() => [.. Enumerable.Range(0, 256).Select(value => (byte)Math.Clamp(Math.Round(255 * Gain * Math.Pow(value / 255.0, Gamma)), 0, 255))];

    /// <summary>For each pixel of an axis the two source pixels between which it lies, and the weight of the second.</summary>
    private (int From, int To, float Weight)[] Samples(int length, double place, bool reversed)
    {
        var samples = new (int, int, float)[length];
        var first = place * (1 - Part) * length;
        for (var pixel = 0; pixel < length; pixel++)
        {
            var at = Math.Clamp(first + ((pixel + 0.5) * Part) - 0.5, 0, length - 1);
            var from = (int)at;
            samples[reversed ? length - 1 - pixel : pixel] = (from, Math.Min(from + 1, length - 1), (float)(at - from));
        }
        return samples;
    }

    /// <summary>Bilinear.</summary>
    private static void Resample(
        ReadOnlySpan<byte> source, Span<byte> target, (int From, int To, float Weight)[] columns, (int From, int To, float Weight)[] rows, byte[] tones)
    {
        var written = 0;
        foreach (var row in rows)
        {
            var upper = source.Slice(row.From * columns.Length * 3, columns.Length * 3);
            var lower = source.Slice(row.To * columns.Length * 3, columns.Length * 3);
            foreach (var column in columns)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    var (left, right) = ((column.From * 3) + channel, (column.To * 3) + channel);
                    var above = upper[left] + ((upper[right] - upper[left]) * column.Weight);
                    var below = lower[left] + ((lower[right] - lower[left]) * column.Weight);
                    target[written++] = tones[(int)MathF.Round(above + ((below - above) * row.Weight))];
                }
            }
        }
    }
}
