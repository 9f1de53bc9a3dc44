using LusPipeline.ModelTools.Onnx;
using LusPipeline.Training.Gradients;
using LusPipeline.Training.Heads;

namespace LusPipeline.Training.Fitting;

/// <summary>One step of training as one ONNX graph: forward, gradients and the update of all parameters, for N clips.</summary>
/// <param name="Model">The ONNX model.</param>
/// <param name="Parameters">The parameters, in the order of their inputs and outputs.</param>
/// <param name="Masks">The dropout masks that it takes as inputs.</param>
internal sealed record TrainingGraph(byte[] Model, IReadOnlyList<HeadParameter> Parameters, IReadOnlyList<DropoutMask> Masks)
{
    /// <summary>Input: the features, [T, N, D].</summary>
    public const string Features = "features";

    /// <summary>Input: the labels, [N, 3], 1 for the label's class.</summary>
    public const string Targets = "targets";

    /// <summary>Input: each clip's factor in the loss, [N]; 0 for a clip that only fills the batch.</summary>
    public const string ClipWeights = "clip_weights";

    /// <summary>Input: the learning rate, corrected for the moments' start at 0; a scalar.</summary>
    public const string Rate = "rate";

    /// <summary>Input: the factor by which kernels shrink before the step (AdamW); a scalar.</summary>
    public const string Decay = "decay";

    /// <summary>Output: the loss, a scalar.</summary>
    public const string Loss = "loss";

    /// <summary>Output: the probabilities before the step, [N, 3].</summary>
    public const string Probabilities = "probabilities";

    public const double Beta1 = 0.9;
    public const double Beta2 = 0.999;

    /// <summary>The epsilon of Keras' Adam.</summary>
    private const double Epsilon = 1e-7;

    private const string Next = "/next";

    /// <summary>The names of a parameter, and of Adam's mean and mean square of its gradient.</summary>
    public static string[] StateOf(HeadParameter parameter) => [parameter.Name, parameter.Name + "/mean", parameter.Name + "/square"];

    /// <summary>The output that is a state's next value.</summary>
    public static string NextOf(string state) => state + Next;

    /// <summary>The graph of a training step.</summary>
    /// <param name="clips">N.</param>
    /// <param name="frames">T.</param>
    /// <param name="features">D.</param>
    /// <param name="clipNorm">As <see cref="FitOptions.ClipNorm"/>.</param>
    public static TrainingGraph Step(HeadOptions head, int clips, int frames, int features, double clipNorm)
    {
        var parameters = HeadLayout.Parameters(head, features);
        var graph = new TensorGraph(TensorProto.Types.DataType.Float, [Loss, Probabilities, .. parameters.SelectMany(StateOf).Select(NextOf)]);
        var inputs = parameters.Select(parameter => graph.Input(parameter.Name, parameter.Shape)).ToArray();
        var (loss, logits, masks) = Forward(graph, head, parameters, inputs, clips, frames, features);
        var gradients = Clipped(graph, Differentiation.Gradients(graph, loss, inputs), clipNorm);
        var (rate, decay) = (graph.Input(Rate), graph.Input(Decay));
        for (var i = 0; i < parameters.Count; i++)
        {
            var names = StateOf(parameters[i]);
            var (mean, square) = (graph.Input(names[1], parameters[i].Shape), graph.Input(names[2], parameters[i].Shape));
            var next = Adam(graph, inputs[i], gradients[i], mean, square, rate, parameters[i].IsKernel ? decay : null);
            for (var state = 0; state < names.Length; state++)
                graph.Output(next[state], NextOf(names[state]));
        }
        graph.Output(graph.Softmax(logits), Probabilities);
        graph.Output(loss, Loss);
        return new(graph.ToModel("step"), parameters, masks);
    }

    /// <summary>The graph that gives the probabilities only, without dropout.</summary>
    /// <inheritdoc cref="Step"/>
    public static TrainingGraph Evaluation(HeadOptions head, int clips, int frames, int features)
    {
        var parameters = HeadLayout.Parameters(head, features);
        var graph = new TensorGraph(TensorProto.Types.DataType.Float, Probabilities);
        var inputs = parameters.ToDictionary(parameter => parameter.Name, parameter => graph.Input(parameter.Name, parameter.Shape), StringComparer.Ordinal);
        var logits = new HeadNetwork(graph, head, inputs, training: false).Logits(graph.Input(Features, frames, clips, features));
        graph.Output(graph.Softmax(logits), Probabilities);
        return new(graph.ToModel("evaluation"), parameters, []);
    }

    /// <summary>
    /// The weighted cross entropy, Σ w·(−Σ t·log p), and Keras' L2 penalty, l2·Σ w² over the regularised kernels.
    /// </summary>
    internal static (Tensor Loss, Tensor Logits, IReadOnlyList<DropoutMask> Masks) Forward(
        TensorGraph graph, HeadOptions head, IReadOnlyList<HeadParameter> parameters, IReadOnlyList<Tensor> inputs, int clips, int frames, int features)
    {
        var named = parameters.Zip(inputs).ToDictionary(pair => pair.First.Name, pair => pair.Second, StringComparer.Ordinal);
        var network = new HeadNetwork(graph, head, named, training: true);
        var logits = network.Logits(graph.Input(Features, frames, clips, features));
        var hits = graph.ReduceSum(graph.Mul(graph.Input(Targets, clips, HeadLayout.Classes), graph.LogSoftmax(logits)), [1]);
        var loss = graph.Neg(graph.ReduceSum(graph.Mul(hits, graph.Input(ClipWeights, clips)), [0]));
        foreach (var kernel in parameters.Where(parameter => parameter.Regularized))
            loss = graph.Add(loss, graph.Mul(graph.SumOfSquares(named[kernel.Name]), graph.Scalar(head.L2)));
        return (loss, logits, network.Masks);
    }

    /// <summary>
    /// Adam as Keras computes it (Kingma and Ba, 2015, the second form in section 2: the correction of both moments is in the rate, epsilon is added to the
    /// uncorrected root). With a decay, kernels shrink first (AdamW).
    /// </summary>
    /// <returns>The next parameter, mean and mean square.</returns>
    internal static Tensor[] Adam(TensorGraph graph, Tensor parameter, Tensor gradient, Tensor mean, Tensor square, Tensor rate, Tensor? decay)
    {
        var nextMean = graph.Add(mean, graph.Mul(graph.Sub(gradient, mean), graph.Scalar(1 - Beta1)));
        var nextSquare = graph.Add(square, graph.Mul(graph.Sub(graph.Mul(gradient, gradient), square), graph.Scalar(1 - Beta2)));
        var step = graph.Mul(graph.Div(nextMean, graph.Add(graph.Sqrt(nextSquare), graph.Scalar(Epsilon))), rate);
        return [graph.Sub(decay is { } factor ? graph.Mul(parameter, factor) : parameter, step), nextMean, nextSquare];
    }

    /// <summary>Scales all gradients by one factor if their common norm is too great (Pascanu, Mikolov and Bengio, 2013, algorithm 1).</summary>
    private static IReadOnlyList<Tensor> Clipped(TensorGraph graph, IReadOnlyList<Tensor> gradients, double clipNorm)
    {
        if (clipNorm == 0)
            return gradients;
        var squares = gradients.Select(graph.SumOfSquares).Aggregate(graph.Add);
        var factor = graph.Min(graph.Scalar(1), graph.Div(graph.Scalar(clipNorm), graph.Add(graph.Sqrt(squares), graph.Scalar(1e-12))));
        return [.. gradients.Select(gradient => graph.Mul(gradient, factor))];
    }
}
