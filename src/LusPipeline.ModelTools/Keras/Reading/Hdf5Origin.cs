using System.Reflection;
using PureHDF.VOL.Native;

namespace LusPipeline.ModelTools.Keras.Reading;

/// <summary>
/// Checks that an object and its data are in the file that was opened. HDF5 lets links and datasets point to other files, so a file from outside could read
/// files on this machine. PureHDF follows such links and exposes them only in private members, hence the reflection. A test fails if a version of PureHDF
/// changes their names.
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
