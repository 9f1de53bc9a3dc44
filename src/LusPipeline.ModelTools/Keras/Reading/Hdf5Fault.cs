namespace LusPipeline.ModelTools.Keras.Reading;

/// <summary>The HDF5 library reports damage with many types of exceptions. This class converts them to one type.</summary>
internal static class Hdf5Fault
{
    public static T Guard<T>(string place, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is not (ImportProblemException or OutOfMemoryException))
        {
            throw new ImportProblemException($"its HDF5 structure is damaged at '{place}' ({fault.Message})", fault);
        }
    }
}
