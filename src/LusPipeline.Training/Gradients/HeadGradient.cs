using LusPipeline.ModelTools.Onnx;
using LusPipeline.Models.Inference;
using Microsoft.ML.OnnxRuntime;
using static LusPipeline.ModelTools.Onnx.TensorProto.Types;

namespace LusPipeline.Training.Gradients;

/// <summary>
/// The gradient of a head by its features. The head's ONNX graph is read into the graph that trains heads, and differentiated there
/// (<see cref="Differentiation"/>). Several clips go through at a time, and for each of them the caller says of what the gradient is.
/// </summary>
public sealed class HeadGradient : IDisposable
{
    private const string ProbabilityWeights = "probability_weights";
    private const string ScoreWeights = "score_weights";
    private const string Scores = "scores";
    private const string Gradient = "gradient";

    private static readonly string[] InputNames = [OnnxContract.Features, ProbabilityWeights, ScoreWeights];
    private static readonly string[] OutputNames = [OnnxContract.Probabilities, Scores, Gradient];

    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();

    private HeadGradient(InferenceSession session, int clips, int frames, int features)
    {
        _session = session;
        (Clips, Frames, Features) = (clips, frames, features);
    }

    /// <summary>B, the number of clips that go through at a time.</summary>
    public int Clips { get; }

    /// <summary>T, the number of frames of a clip.</summary>
    public int Frames { get; }

    /// <summary>D, the number of features of a frame.</summary>
    public int Features { get; }

    /// <param name="path">The head's ONNX file.</param>
    /// <param name="clips">B.</param>
    /// <param name="frames">T.</param>
    /// <param name="features">D.</param>
    /// <exception cref="NotSupportedException">
    /// The head has an operator without a rule, which the message names, or its probabilities do not depend on the features.
    /// </exception>
    /// <exception cref="InvalidDataException">The file is not a readable ONNX model.</exception>
    public static HeadGradient Open(string path, int clips, int frames, int features)
    {
        try
        {
            return new(OnnxSession.OpenInMemory(Model(path, clips, frames, features), optimize: false), clips, frames, features);
        }
        catch (ArgumentException wrong)
        {
            throw new NotSupportedException($"The head has no gradient: {wrong.Message}", wrong);
        }
    }

    /// <summary>The graph of the head and its gradient.</summary>
    private static byte[] Model(string path, int clips, int frames, int features)
    {
        var graph = new TensorGraph(DataType.Float, OutputNames);
        var input = graph.Input(OnnxContract.Features, clips, frames, features);
        var probabilityWeights = graph.Input(ProbabilityWeights, clips, 3);
        var scoreWeights = graph.Input(ScoreWeights, clips, 3);
        var (probabilities, scores) = HeadImport.Add(graph, OnnxFile.Read(path).Graph, input);
        var weighted = graph.Add(graph.Mul(probabilities, probabilityWeights), graph.Mul(scores, scoreWeights));
        var gradient = Differentiation.Gradients(graph, graph.ReduceSum(weighted, [0, 1]), [input])[0];
        graph.Output(probabilities, OnnxContract.Probabilities);
        graph.Output(scores, Scores);
        graph.Output(gradient, Gradient);
        return graph.ToModel("head gradient");
    }

    /// <summary>
    /// Computes for each clip b the gradient by its features of Σc wp[b,c]·p[b,c] + Σc ws[b,c]·s[b,c], where p are its probabilities and s the scores whose softmax
    /// they are.
    /// </summary>
    /// <param name="features">float32 [B,T,D].</param>
    /// <param name="probabilityWeights">wp, [B,3].</param>
    /// <param name="scoreWeights">ws, [B,3].</param>
    public HeadGradientResult Run(float[] features, float[] probabilityWeights, float[] scoreWeights)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(features, [Clips, Frames, Features]);
        using var wp = OrtValue.CreateTensorValueFromMemory(probabilityWeights, [Clips, 3]);
        using var ws = OrtValue.CreateTensorValueFromMemory(scoreWeights, [Clips, 3]);
        using var results = _session.Run(_options, InputNames, [input, wp, ws], OutputNames);
        return new(results[0].GetTensorDataAsSpan<float>().ToArray(), results[1].GetTensorDataAsSpan<float>().ToArray(), results[2].GetTensorDataAsSpan<float>().ToArray());
    }

    public void Dispose()
    {
        _options.Dispose();
        _session.Dispose();
    }
}

/// <param name="Probabilities">[B,3].</param>
/// <param name="Scores">[B,3], before the last softmax.</param>
/// <param name="Gradient">[B,T,D].</param>
public sealed record HeadGradientResult(float[] Probabilities, float[] Scores, float[] Gradient);
