using System.Numerics.Tensors;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Models.Bundles;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LusPipeline.Models.Inference;

/// <summary>A bundle's head on ONNX Runtime. Several threads may call it at the same time.</summary>
public sealed class OnnxHead : IDisposable
{
    private const int Classes = 3;
    private static readonly string[] InputNames = [OnnxContract.Features];
    private static readonly string[] OutputNames = [OnnxContract.Probabilities];
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();

    private OnnxHead(InferenceSession session, Bundle bundle)
    {
        _session = session;
        Frames = bundle.Frames;
        FeatureLength = bundle.Features;
    }

    /// <summary>T, the number of frames of one clip.</summary>
    public int Frames { get; }

    /// <summary>D, the number of features of one frame.</summary>
    public int FeatureLength { get; }

    /// <summary>Opens the head with one CPU thread. It costs about a thousandth of the backbone.</summary>
    /// <exception cref="BundleException">ONNX Runtime refuses the file, or its inputs or outputs are not a head's.</exception>
    public static OnnxHead Open(Bundle bundle, InferenceOptions options)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(options);
        var path = bundle.PathOf(bundle.Head);
        var session = OnnxSession.Open(path, options with { Provider = ExecutionProvider.Cpu }, threads: 1);
        try
        {
            OnnxContract.CheckHead(session, bundle.Frames, bundle.Features, path);
            return new OnnxHead(session, bundle);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <param name="features">Features of one clip, float32 [T, D], row by row.</param>
    /// <exception cref="TransientException">A feature is infinite or not a number.</exception>
    /// <exception cref="BrokenEngineException">The head fails, or its output is not a set of probabilities although the features are finite.</exception>
    public ClassProbabilities Predict(ReadOnlySpan<float> features)
    {
        if (features.Length != Frames * FeatureLength)
            throw new ArgumentException($"{features.Length} floats are not {Frames}×{FeatureLength} features.", nameof(features));
        return PredictAll(features)[0];
    }

    /// <summary>Predicts several clips in one run.</summary>
    /// <param name="features">Features of the clips, float32 [B, T, D], row by row.</param>
    /// <returns>The probabilities of each clip.</returns>
    /// <exception cref="TransientException">A feature is infinite or not a number.</exception>
    /// <exception cref="BrokenEngineException">The head fails, or its output is not a set of probabilities although the features are finite.</exception>
    public ClassProbabilities[] PredictAll(ReadOnlySpan<float> features)
    {
        var clips = features.Length / (Frames * FeatureLength);
        if (clips == 0 || features.Length != clips * Frames * FeatureLength)
            throw new ArgumentException($"{features.Length} floats are not the features of clips, {Frames}×{FeatureLength} each.", nameof(features));
        if (!TensorPrimitives.IsFiniteAll(features))
            throw new TransientException(ReasonCode.Crashed, "The clip's features contain infinite values or NaN.");
        var values = new float[clips * Classes];
        try
        {
            using var input = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, [clips, Frames, FeatureLength]);
            features.CopyTo(input.GetTensorMutableDataAsSpan<float>());
            using var output = OrtValue.CreateTensorValueFromMemory(values, [clips, Classes]);
            _session.Run(_runOptions, InputNames, [input], OutputNames, [output]);
            var probabilities = new ClassProbabilities[clips];
            for (var clip = 0; clip < clips; clip++)
                probabilities[clip] = ClassProbabilities.From(values.AsSpan(clip * Classes, Classes));
            return probabilities;
        }
        catch (OnnxRuntimeException failed)
        {
            throw new BrokenEngineException($"ONNX Runtime failed to run the head ({failed.Message}).", failed) { AtWork = true };
        }
        catch (ArgumentException wrong)
        {
            throw new BrokenEngineException($"The head gave no probabilities: {wrong.Message} Verify the model: lus models verify.", wrong) { AtWork = true };
        }
    }

    public void Dispose()
    {
        _runOptions.Dispose();
        _session.Dispose();
    }
}
