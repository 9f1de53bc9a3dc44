using PureHDF;

namespace LusPipeline.ModelTools.Keras.Reading;

/// <summary>A group of an HDF5 file.</summary>
internal sealed class Hdf5Group(IH5Group group, string path, long fileLength)
{
    /// <summary>Most elements of an attribute. Attributes hold names and one configuration; more elements than this are an attack.</summary>
    private const ulong MaxAttributeElements = 1_000_000;

    public string Path => path;

    public bool Has(string name) => Hdf5Fault.Guard(path, () => group.LinkExists(name));

    /// <summary>The group at a path relative to this one.</summary>
    /// <exception cref="ImportProblemException">There is no such group.</exception>
    public Hdf5Group Group(string below) => Get(below) is IH5Group found
        ? new Hdf5Group(found, Join(below), fileLength)
        : throw new ImportProblemException($"'{Join(below)}' is not a group.");

    public Hdf5Group? FindGroup(string below) => Has(below) ? Group(below) : null;

    /// <exception cref="ImportProblemException">There is no such dataset, or its elements are not numbers.</exception>
    public Hdf5Dataset Dataset(string below)
    {
        if (!Has(below))
            throw new ImportProblemException($"the weights '{Join(below)}' are missing.");
        return Get(below) is IH5Dataset found
            ? new Hdf5Dataset(found, Join(below), fileLength)
            : throw new ImportProblemException($"'{Join(below)}' is not a dataset.");
    }

    /// <summary>A text attribute; null if there is none.</summary>
    public string? Text(string name) => Texts(name) switch
    {
        null => null,
        [var only] => only,
        var several => throw new ImportProblemException($"the attribute '{name}' of '{path}' is {several.Count} texts where one is expected."),
    };

    /// <summary>
    /// An attribute that is a list of texts; null if there is none. Keras splits long lists into NAME0, NAME1, … because HDF5 attributes must be small. An
    /// empty list has no type of its own and counts as texts.
    /// </summary>
    public IReadOnlyList<string>? Texts(string name) => Hdf5Fault.Guard<IReadOnlyList<string>?>(Join("@" + name), () =>
    {
        if (group.AttributeExists(name))
            return Read(group.Attribute(name));
        List<string>? all = null;
        for (var part = 0; group.AttributeExists($"{name}{part}"); part++)
        {
            (all ??= []).AddRange(Read(group.Attribute($"{name}{part}")));
        }
        return all;
    });

    private IH5Object Get(string below)
    {
        var found = Hdf5Fault.Guard(Join(below), () => group.Get(below));
        return Hdf5Origin.FileOf(found) is var file && file == Hdf5Origin.FileOf(group)
            ? found
            : throw new ImportProblemException($"'{Join(below)}' lies in another file.");
    }

    private string[] Read(IH5Attribute attribute)
    {
        ulong elements = 1;
        foreach (var dimension in attribute.Space.Dimensions)
        {
            elements = checked(elements * dimension);
        }
        if (elements == 0)
            return [];
        if (elements > MaxAttributeElements || elements > (ulong)fileLength)
            throw new ImportProblemException($"the attribute '{attribute.Name}' of '{path}' claims {elements} elements.");
        if (attribute.Type.Class is not (H5DataTypeClass.String or H5DataTypeClass.VariableLength))
            throw new ImportProblemException($"the attribute '{attribute.Name}' of '{path}' is not text.");
        string?[] texts = attribute.Space.Rank == 0 ? [attribute.Read<string?>()] : attribute.Read<string?[]>();
        return [.. texts.Select(text => text ?? throw new ImportProblemException($"the attribute '{attribute.Name}' of '{path}' has a text without data."))];
    }

    private string Join(string below) => path == "/" ? below : $"{path}/{below}";
}
