namespace LusPipeline.Training.Heads;

/// <summary>Lists a head's parameters in the order of its layers. Names and shapes are Keras'.</summary>
internal static class HeadLayout
{
    public const string Output = "probabilities";
    public const int Classes = 3;

    /// <summary>The kernel that scores a frame's state, [width, 1].</summary>
    public const string Score = "score/kernel";

    /// <param name="features">D, the number of features of a frame.</param>
    public static IReadOnlyList<HeadParameter> Parameters(HeadOptions options, int features)
    {
        var all = new List<HeadParameter>();
        var width = features;
        for (var layer = 0; layer < options.Layers && options.Kind != HeadKind.Mean; layer++)
        {
            if (options.IsRecurrent)
            {
                for (var direction = 0; direction < options.Directions; direction++)
                    all.AddRange(Recurrent(options, RecurrentName(options, layer, direction), width));
                width = options.Units * options.Directions;
            }
            else
            {
                all.AddRange(Attention(options, AttentionName(layer), width));
                width = options.Units;
            }
        }
        if (options.Summary == FrameSummary.Attention)
            all.Add(new(Score, [width, 1], Initialization.GlorotUniform));
        for (var layer = 0; layer < options.Dense.Count; layer++)
        {
            all.AddRange(Dense(DenseName(layer), width, options.Dense[layer], options.L2 > 0));
            width = options.Dense[layer];
        }
        all.AddRange(Dense(Output, width, Classes, regularized: false));
        var first = FirstLayers(options);
        return [.. all.Select(parameter => parameter with { ReadsFeatures = first.Any(layer => parameter.Name == layer + "/kernel") })];
    }

    /// <summary>The layers whose kernels are multiplied by the features.</summary>
    private static string[] FirstLayers(HeadOptions options) => options.Kind switch
    {
        HeadKind.Lstm or HeadKind.Gru => [.. Enumerable.Range(0, options.Directions).Select(direction => RecurrentName(options, 0, direction))],
        HeadKind.Attention => [AttentionName(0) + "/embedding"],
        _ => [options.Dense.Count > 0 ? DenseName(0) : Output],
    };

    public static string DenseName(int layer) => Numbered("dense", layer);

    public static string AttentionName(int layer) => Numbered("attention", layer);

    public static string RecurrentName(HeadOptions options, int layer, int direction) =>
        Numbered(options.Kind == HeadKind.Lstm ? "lstm" : "gru", layer) + (direction == 0 ? "" : "/backward");

    private static string Numbered(string name, int number) => number == 0 ? name : $"{name}_{number}";

    private static IEnumerable<HeadParameter> Recurrent(HeadOptions options, string name, int inputs)
    {
        var lstm = options.Kind == HeadKind.Lstm;
        var gates = (lstm ? 4 : 3) * options.Units;
        yield return new(name + "/kernel", [inputs, gates], Initialization.GlorotUniform);
        yield return new(name + "/recurrent_kernel", [options.Units, gates], Initialization.Orthogonal);
        yield return lstm
            ? new(name + "/bias", [gates], Initialization.ForgetGate)
            : new(name + "/bias", [2, gates], Initialization.Zeros);
    }

    private static IEnumerable<HeadParameter> Attention(HeadOptions options, string name, int inputs)
    {
        var units = options.Units;
        yield return new(name + "/embedding/kernel", [inputs, units], Initialization.GlorotUniform);
        yield return new(name + "/embedding/bias", [units], Initialization.Zeros);
        foreach (var norm in (string[])["norm", "norm_out"])
        {
            yield return new($"{name}/{norm}/gamma", [units], Initialization.Ones);
            yield return new($"{name}/{norm}/beta", [units], Initialization.Zeros);
        }
        foreach (var matrix in (string[])["query", "key", "value"])
            yield return new($"{name}/{matrix}/kernel", [units, units], Initialization.GlorotUniform);
    }

    private static IEnumerable<HeadParameter> Dense(string name, int inputs, int units, bool regularized)
    {
        yield return new(name + "/kernel", [inputs, units], Initialization.GlorotUniform) { Regularized = regularized };
        yield return new(name + "/bias", [units], Initialization.Zeros);
    }
}
