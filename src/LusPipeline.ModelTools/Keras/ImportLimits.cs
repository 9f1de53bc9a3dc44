namespace LusPipeline.ModelTools.Keras;

/// <summary>Bounds of a child process that reads model files from outside: those of <c>lus models</c>, and of the tests with damaged files.</summary>
public static class ImportLimits
{
    /// <summary>Of the memory that the process holds, native memory included.</summary>
    public const long MaxResidentBytes = 4L << 30;

    /// <summary>Of the managed heap, for a small file. A damaged one may claim to need any amount.</summary>
    private const long LeastHeapBytes = 768L << 20;

    /// <summary>Of the managed heap, for a large file or a bundle.</summary>
    private const long MostHeapBytes = 2L << 30;

    /// <summary>For one model. Reading the largest of the paper's takes less than a minute.</summary>
    public static TimeSpan MaxTime { get; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The variable that bounds a child process' managed heap when it starts, and its value. An allocation beyond it is an error that names
    /// the file. A file's weights are held twice at most.
    /// </summary>
    /// <param name="path">The file that the child reads, or a bundle's folder.</param>
    public static KeyValuePair<string, string> HeapVariable(string path) => new("DOTNET_GCHeapHardLimit", $"{HeapBytes(new FileInfo(path)):X}");

    private static long HeapBytes(FileInfo file) => file.Exists ? Math.Min(LeastHeapBytes + (2 * file.Length), MostHeapBytes) : MostHeapBytes;
}
