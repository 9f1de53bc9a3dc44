using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Google.Protobuf;

namespace LusPipeline.ModelTools.Onnx;

/// <summary>A float32 constant in row-major order. Its bytes are written to the file without a copy.</summary>
public sealed class WeightTensor
{
    private readonly byte[] _bytes;

    public WeightTensor(params ReadOnlySpan<int> dimensions)
    {
        Dimensions = dimensions.ToArray();
        _bytes = GC.AllocateUninitializedArray<byte>(checked((int)(Product(Dimensions) * sizeof(float))));
    }

    public WeightTensor(ReadOnlySpan<float> values, params ReadOnlySpan<int> dimensions) : this(dimensions) => values.CopyTo(Values);

    public int[] Dimensions { get; }

    public Span<float> Values => MemoryMarshal.Cast<byte, float>(_bytes.AsSpan());

    public static long Product(ReadOnlySpan<int> dimensions)
    {
        long product = 1;
        foreach (var dimension in dimensions)
        {
            product = checked(product * dimension);
        }
        return product;
    }

    public WeightTensor Copy() => new(Values, Dimensions);

    /// <summary>The same elements with axes in another order: axis i of the result is axis <paramref name="axes"/>[i] of this one.</summary>
    public WeightTensor Transposed(params ReadOnlySpan<int> axes)
    {
        var rank = Dimensions.Length;
        var dimensions = new int[rank];
        var steps = new long[rank];
        for (var i = 0; i < rank; i++)
        {
            dimensions[i] = Dimensions[axes[i]];
            steps[i] = Product(Dimensions.AsSpan(axes[i] + 1));
        }
        var result = new WeightTensor(dimensions);
        if (result._bytes.Length == 0)
            return result;
        var source = Values;
        var target = result.Values;
        var index = new int[rank];
        long from = 0;
        for (var to = 0; to < target.Length; to++)
        {
            target[to] = source[(int)from];
            for (var axis = rank - 1; axis >= 0; axis--)
            {
                from += steps[axis];
                if (++index[axis] < dimensions[axis])
                    break;
                from -= steps[axis] * dimensions[axis];
                index[axis] = 0;
            }
        }
        return result;
    }

    public TensorProto ToProto(string name, WeightStorage storage)
    {
        var proto = new TensorProto { Name = name };
        foreach (var dimension in Dimensions)
        {
            proto.Dims.Add(dimension);
        }
        if (storage == WeightStorage.Float16)
        {
            var halves = new byte[_bytes.Length / 2];
            TensorPrimitives.ConvertToHalf(Values, MemoryMarshal.Cast<byte, Half>(halves.AsSpan()));
            proto.DataType = (int)TensorProto.Types.DataType.Float16;
            proto.RawData = UnsafeByteOperations.UnsafeWrap(halves);
            return proto;
        }
        proto.DataType = (int)TensorProto.Types.DataType.Float;
        proto.RawData = UnsafeByteOperations.UnsafeWrap(_bytes);
        return proto;
    }
}
