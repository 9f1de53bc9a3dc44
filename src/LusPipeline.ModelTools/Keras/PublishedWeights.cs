namespace LusPipeline.ModelTools.Keras;

/// <summary>The ImageNet weights (without top) that Keras publishes for an architecture, and the input that the architecture expects.</summary>
/// <param name="Architecture">One of <see cref="Keras.Architecture.Names"/>.</param>
/// <param name="FrameSize">Height and width of its frames in pixels.</param>
/// <param name="Features">D, the number of features of a frame.</param>
/// <param name="Preprocess">How the frames are preprocessed.</param>
/// <param name="Address">The address of the weight file.</param>
/// <param name="Md5">The file's md5 in lower-case hex; null if Keras publishes none.</param>
public sealed record PublishedWeights(string Architecture, int FrameSize, int Features, Preprocess Preprocess, Uri Address, string? Md5)
{
    /// <summary>The weights of the 12 architectures, as listed in Keras' source.</summary>
    public static IReadOnlyList<PublishedWeights> All { get; } = Read();

    /// <summary>The weights of an architecture; null for an unknown name.</summary>
    public static PublishedWeights? Find(string architecture) => All.FirstOrDefault(weights => weights.Architecture == architecture);

    private static List<PublishedWeights> Read()
    {
        using var stream = typeof(PublishedWeights).Assembly.GetManifestResourceStream("architectures/weights.csv")!;
        using var reader = new StreamReader(stream);
        reader.ReadLine();
        var all = new List<PublishedWeights>();
        while (reader.ReadLine() is { } line)
        {
            // The fields are architecture, input_size, features, preprocess, url, md5. None of them contains a comma.
            var fields = line.Split(',');
            all.Add(new PublishedWeights(
                fields[0], int.Parse(fields[1]), int.Parse(fields[2]), Enum.Parse<Preprocess>(fields[3], ignoreCase: true), new Uri(fields[4]),
                fields[5].Length == 0 ? null : fields[5]));
        }
        return all;
    }
}
