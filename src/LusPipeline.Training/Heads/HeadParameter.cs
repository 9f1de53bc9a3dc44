namespace LusPipeline.Training.Heads;

/// <summary>A weight that is trained.</summary>
/// <param name="Name">The layer and the weight as Keras names them, for example <c>lstm/recurrent_kernel</c>.</param>
/// <param name="Shape">Its shape in Keras' layout: kernels are inputs × units, gates in Keras' order.</param>
/// <param name="Start">How it is initialised.</param>
internal sealed record HeadParameter(string Name, int[] Shape, Initialization Start)
{
    private const string KernelEnd = "/kernel";

    /// <summary>Whether <see cref="HeadOptions.L2"/> applies.</summary>
    public bool Regularized { get; init; }

    /// <summary>Whether it is a kernel that is multiplied by the features themselves.</summary>
    public bool ReadsFeatures { get; init; }

    public int Length { get; } = Shape.Aggregate(1, (product, size) => checked(product * size));

    /// <summary>For a kernel, the name of its layer's bias.</summary>
    public string BiasName => Name[..^KernelEnd.Length] + "/bias";

    /// <summary>Whether it is a matrix of weights, not a bias or a scale.</summary>
    public bool IsKernel => Start is Initialization.GlorotUniform or Initialization.Orthogonal;
}
