using System.Reflection;
using PureHDF.VOL.Native;

namespace LusPipeline.ModelTools.Keras.Reading;

/// <summary>
/// Whether an object and its data lie in the file that was opened. HDF5 lets links and datasets point into other files, which a file from
/// outside could use to read what is on this machine. PureHDF follows them and says so only to itself, hence the reflection; a test fails
/// when a version of it changes the names.
/// </summary>
internal static class Hdf5Origin
{
    private static readonly PropertyInfo Context = Property(typeof(NativeObject), "Context");
    private static readonly PropertyInfo File = Property(Context.PropertyType, "File");
    private static readonly PropertyInfo ExternalFiles = Property(typeof(NativeDataset), "InternalExternalFileList");

    public static object? FileOf(object group) => group is NativeObject native ? File.GetValue(Context.GetValue(native)) : null;

    public static bool HasExternalData(object dataset) => dataset is NativeDataset native && ExternalFiles.GetValue(native) is not null;

    private static PropertyInfo Property(Type type, string name) =>
        type.GetProperty(name, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
        ?? throw new MissingMemberException(type.FullName, name);
}
