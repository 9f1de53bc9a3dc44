namespace LusPipeline.Buckets.Npy;

/// <summary>A numpy file on disk, mapped into memory as a <see cref="NpyView"/> without a copy.</summary>
public sealed class NpyMap : IDisposable
{
    private readonly FileMap _map;
    private readonly NpyView _view;

    private NpyMap(FileMap map, NpyView view) => (_map, _view) = (map, view);

    public NpyHeader Header => _view.Header;

    /// <summary>The bytes of the values: little endian, row-major. They are valid until this map is disposed.</summary>
    public ReadOnlyMemory<byte> Bytes => _view.Bytes;

    /// <param name="path">The file.</param>
    /// <param name="type">The type that the values must have, for example <c>NpyType.For&lt;byte&gt;()</c>.</param>
    /// <exception cref="NpyException">The file is broken, has another type, is big endian or in Fortran order, or is larger than 2 GiB.</exception>
    public static NpyMap Open(string path, NpyType type)
    {
        var stream = NpyFile.Open(path);
        if (stream.Length > int.MaxValue)
        {
            stream.Dispose();
            throw new NpyException(path, "it is larger than can be used without a copy");
        }
        var map = new FileMap(stream);
        try
        {
            return new(map, NpyView.Parse(map.Memory, type, path));
        }
        catch
        {
            ((IDisposable)map).Dispose();
            throw;
        }
    }

    /// <summary>Returns the values as numbers. They are valid until this map is disposed.</summary>
    /// <exception cref="InvalidOperationException">The values are not of type <typeparamref name="T"/>.</exception>
    public ReadOnlySpan<T> Values<T>() where T : unmanaged, System.Numerics.INumberBase<T> => _view.Values<T>();

    public void Dispose() => ((IDisposable)_map).Dispose();
}
