namespace LusPipeline.Storage.Buckets;

/// <summary>One of our objects as a local file. Disposing it removes a downloaded copy, never the object.</summary>
public sealed class LocalObject : IDisposable
{
    private readonly bool copy;

    internal LocalObject(string path, bool copy)
    {
        Path = path;
        this.copy = copy;
    }

    public string Path { get; }

    public void Dispose()
    {
        if (copy)
            File.Delete(Path);
    }
}
