using System.Globalization;

namespace LusPipeline.Models.Keras.Downloads;

/// <summary>The ImageNet weights that Keras publishes for one of the paper's architectures, without its top.</summary>
/// <param name="Architecture">One of <see cref="Keras.Architecture.Names"/>.</param>
/// <param name="FrameSize">Height and width of the frames that it was trained on, in pixels.</param>
/// <param name="Features">D, the features of one frame.</param>
/// <param name="Preprocess">How it wants its pixels.</param>
/// <param name="Address">Where Keras downloads the file from.</param>
/// <param name="Md5">The file's md5 as Keras gives it, lower-case hex; null where Keras gives none.</param>
public sealed record PublishedWeights(string Architecture, int FrameSize, int Features, Preprocess Preprocess, Uri Address, string? Md5)
{
    /// <summary>All of them, by name. The table is <c>weights.csv</c> beside this file, from Keras 2.12's source (<c>keras/applications</c>).</summary>
    public static IReadOnlyList<PublishedWeights> All { get; } = Read();

    public static PublishedWeights? Find(string architecture) => All.FirstOrDefault(weights => weights.Architecture == architecture);

    private static PublishedWeights[] Read()
    {
        using var table = new StreamReader(typeof(PublishedWeights).Assembly.GetManifestResourceStream("weights.csv")!);
        return
        [
            .. table.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
                .Select(line => line.TrimEnd('\r').Split(','))
                .Select(row => new PublishedWeights(
                    row[0], int.Parse(row[1], CultureInfo.InvariantCulture), int.Parse(row[2], CultureInfo.InvariantCulture),
                    Enum.Parse<Preprocess>(row[3], ignoreCase: true), new Uri(row[4]), row[5].Length == 0 ? null : row[5]))
                .OrderBy(weights => weights.Architecture, StringComparer.Ordinal),
        ];
    }
}
