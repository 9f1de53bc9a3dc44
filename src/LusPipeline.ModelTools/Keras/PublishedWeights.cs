namespace LusPipeline.ModelTools.Keras;

/// <summary>Where Keras publishes the ImageNet weights of an architecture (without its top), and what the architecture wants.</summary>
/// <param name="Architecture">One of <see cref="Keras.Architecture.Names"/>.</param>
/// <param name="FrameSize">Height and width of its frames in pixels.</param>
/// <param name="Features">D, the features of a frame.</param>
/// <param name="Preprocess">How it wants its frames.</param>
/// <param name="Address">Of the weight file.</param>
/// <param name="Md5">Of the file, lower-case hex; null where Keras gives none.</param>
public sealed record PublishedWeights(string Architecture, int FrameSize, int Features, Preprocess Preprocess, Uri Address, string? Md5)
{
    /// <summary>For each of the 12 architectures, as in Keras' source.</summary>
    public static IReadOnlyList<PublishedWeights> All { get; } = Read();

    /// <summary>Of an architecture, or null for a name that is not one.</summary>
    public static PublishedWeights? Of(string architecture) => All.FirstOrDefault(weights => weights.Architecture == architecture);

    private static List<PublishedWeights> Read()
    {
        using var stream = typeof(PublishedWeights).Assembly.GetManifestResourceStream("architectures/weights.csv")!;
        using var reader = new StreamReader(stream);
        reader.ReadLine();
        var all = new List<PublishedWeights>();
        while (reader.ReadLine() is { } line)
        {
            // architecture, input_size, features, preprocess, url, md5; no field has a comma.
            var fields = line.Split(',');
            all.Add(new PublishedWeights(
                fields[0], int.Parse(fields[1]), int.Parse(fields[2]), Enum.Parse<Preprocess>(fields[3], ignoreCase: true), new Uri(fields[4]),
                fields[5].Length == 0 ? null : fields[5]));
        }
        return all;
    }
}
