using System.Numerics.Tensors;
using LusPipeline.ModelTools.Onnx;
using PureHDF;

namespace LusPipeline.ModelTools.Keras.Reading;

/// <summary>An array of numbers in an HDF5 file. Its data are not read yet.</summary>
internal sealed class Hdf5Dataset
{
    /// <summary>Largest ratio by which compressed chunks may expand. Weights hardly compress.</summary>
    private const int MaxExpansion = 100;

    private readonly IH5Dataset _dataset;
    private readonly H5DataTypeClass _class;

    /// <exception cref="ImportProblemException">Its elements are not numbers, or they are more than the file can hold.</exception>
    public Hdf5Dataset(IH5Dataset dataset, string path, long fileLength)
    {
        _dataset = dataset;
        Path = path;
        (Shape, ElementSize) = Hdf5Fault.Guard(path, () => (Dimensions(dataset), dataset.Type.Size));
        var layout = Hdf5Fault.Guard(path, () => dataset.Layout.Class);
        if (layout == H5DataLayoutClass.VirtualStorage || Hdf5Origin.HasExternalData(dataset))
            throw new ImportProblemException($"the weights '{path}' lie in other files.");
        _class = Hdf5Fault.Guard(path, () => dataset.Type.Class);
        if ((_class, ElementSize) is not ((H5DataTypeClass.FloatingPoint, 2 or 4 or 8) or (H5DataTypeClass.FixedPoint, 4 or 8)))
            throw new ImportProblemException($"the weights '{path}' are not numbers of 16, 32 or 64 bits.");
        var limit = layout == H5DataLayoutClass.Chunked ? fileLength * MaxExpansion : fileLength;
        if (WeightTensor.Product(Shape) * ElementSize > limit)
            throw new ImportProblemException($"the weights '{path}' claim to be larger than the file.");
    }

    public string Path { get; }

    public int[] Shape { get; }

    private int ElementSize { get; }

    public WeightTensor Read()
    {
        var tensor = new WeightTensor(Shape);
        Hdf5Fault.Guard(Path, () =>
        {
            switch (_class, ElementSize)
            {
                case (H5DataTypeClass.FloatingPoint, 2):
                    TensorPrimitives.ConvertToSingle(Elements<Half>(), tensor.Values);
                    break;
                case (H5DataTypeClass.FloatingPoint, 4):
                    Elements<float>().CopyTo(tensor.Values);
                    break;
                case (H5DataTypeClass.FloatingPoint, _):
                    TensorPrimitives.ConvertTruncating<double, float>(Elements<double>(), tensor.Values);
                    break;
                case (_, 4):
                    TensorPrimitives.ConvertTruncating<int, float>(Elements<int>(), tensor.Values);
                    break;
                default:
                    TensorPrimitives.ConvertTruncating<long, float>(Elements<long>(), tensor.Values);
                    break;
            }
            return true;
        });
        return tensor;
    }

    private T[] Elements<T>() => Shape.Length == 0 ? [_dataset.Read<T>()] : _dataset.Read<T[]>();

    private static int[] Dimensions(IH5Dataset dataset)
    {
        var dimensions = dataset.Space.Dimensions;
        if (dimensions.Length > 8)
            throw new ImportProblemException($"an array has {dimensions.Length} axes.");
        return [.. dimensions.Select(dimension => checked((int)dimension))];
    }
}
