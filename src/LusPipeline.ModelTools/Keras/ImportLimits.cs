namespace LusPipeline.ModelTools.Keras;

/// <summary>Bounds for a process that only imports one file from outside.</summary>
public static class ImportLimits
{
    /// <summary>Of the managed heap: twice the weights of the largest of the paper's models (NASNetLarge, 340 MB).</summary>
    public const long MaxHeapBytes = 768L << 20;

    /// <summary>The largest of the paper's models takes a few seconds.</summary>
    public static TimeSpan MaxTime { get; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// The variable that bounds a child process' heap when it starts, and its value. An allocation beyond it is an error that names the
    /// file, however much the file claims to need.
    /// </summary>
    public static KeyValuePair<string, string> HeapVariable { get; } = new("DOTNET_GCHeapHardLimit", $"0x{MaxHeapBytes:X}");
}
