namespace LusPipeline.Buckets.Npy;

/// <summary>A file is not a numpy file that can be read.</summary>
/// <param name="file">The file's name or path, as the caller gave it.</param>
/// <param name="problem">What is wrong with it.</param>
/// <param name="inner">What caused it.</param>
public sealed class NpyException(string file, string problem, Exception? inner = null)
    : Exception($"'{file}' cannot be read as a numpy file: {problem}", inner)
{
    public string File { get; } = file;

    public string Problem { get; } = problem;
}
