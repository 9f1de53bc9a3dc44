namespace LusPipeline.ModelTools.Keras;

/// <summary>Limits of a child process that reads model files from outside. <c>lus models</c> uses them, and so do the tests with damaged files.</summary>
public static class ImportLimits
{
    /// <summary>The most memory that the process may hold, in bytes, native memory included.</summary>
    public const long MaxResidentBytes = 4L << 30;

    /// <summary>Limit of the managed heap for a small file, in bytes. A damaged file may claim to need any amount.</summary>
    private const long LeastHeapBytes = 768L << 20;

    /// <summary>Limit of the managed heap for a large file or a bundle, in bytes.</summary>
    private const long MostHeapBytes = 2L << 30;

    /// <summary>Longest time for one model. Reading the largest of the paper's models takes less than a minute.</summary>
    public static TimeSpan MaxTime { get; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Name and value of the environment variable that limits a child process' managed heap. An allocation beyond the limit is an error that names the
    /// file. The limit allows for two copies of a file's weights.
    /// </summary>
    /// <param name="path">The file that the child reads, or a bundle's folder.</param>
    public static KeyValuePair<string, string> HeapVariable(string path) => new("DOTNET_GCHeapHardLimit", $"{HeapBytes(new FileInfo(path)):X}");

    private static long HeapBytes(FileInfo file) => file.Exists ? Math.Min(LeastHeapBytes + (2 * file.Length), MostHeapBytes) : MostHeapBytes;
}
