using PureHDF;

namespace LusPipeline.ModelTools.Keras.Reading;

/// <summary>An HDF5 file from outside: what it says of sizes is compared with what it holds before anything is read by it.</summary>
internal sealed class Hdf5File : IDisposable
{
    private readonly IDisposable _file;

    private Hdf5File(IDisposable file, Hdf5Group root)
    {
        _file = file;
        Root = root;
    }

    public Hdf5Group Root { get; }

    /// <param name="stream">Seekable; closed with this object.</param>
    /// <exception cref="ImportProblemException">It is no HDF5 file.</exception>
    public static Hdf5File Open(Stream stream)
    {
        var length = stream.Length;
        var file = Hdf5Fault.Guard("the file's head", () => H5File.Open(stream));
        return new Hdf5File(file, new Hdf5Group(file, "/", length));
    }

    public void Dispose() => _file.Dispose();
}
