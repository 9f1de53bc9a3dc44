using PureHDF;

namespace LusPipeline.ModelTools.Keras.Reading;

/// <summary>An HDF5 file from outside. The sizes that it states are compared with the file's length before data are read by them.</summary>
internal sealed class Hdf5File : IDisposable
{
    private readonly IDisposable _file;

    private Hdf5File(IDisposable file, Hdf5Group root)
    {
        _file = file;
        Root = root;
    }

    public Hdf5Group Root { get; }

    /// <param name="stream">A seekable stream. It is closed with this object.</param>
    /// <exception cref="ImportProblemException">The stream is not an HDF5 file.</exception>
    public static Hdf5File Open(Stream stream)
    {
        var length = stream.Length;
        var file = Hdf5Fault.Guard("the file's head", () => H5File.Open(stream));
        return new Hdf5File(file, new Hdf5Group(file, "/", length));
    }

    public void Dispose() => _file.Dispose();
}
