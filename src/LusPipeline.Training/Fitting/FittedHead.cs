using System.Globalization;
using LusPipeline.Core.Probabilities;
using LusPipeline.Models.Inference;
using LusPipeline.Training.Data;
using LusPipeline.Training.Heads;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LusPipeline.Training.Fitting;

/// <summary>A trained head, as the product runs it.</summary>
public sealed class FittedHead : IDisposable
{
    /// <summary>The greatest difference between the probabilities of the trained and the exported graph.</summary>
    private const float Tolerance = 1e-5f;

    /// <summary>The number of training clips on which the exported graph is compared.</summary>
    private const int ComparedClips = 64;

    private const int PredictedClips = 64;

    private readonly HeadExport _export;
    private readonly IReadOnlyList<float[][]> _members;
    private readonly InferenceSession _session;
    private readonly int _frames;
    private readonly int _features;

    private FittedHead(HeadOptions head, FitOptions options, int seed, LabelledClips shape, HeadExport export, IReadOnlyList<float[][]> members, IReadOnlyList<FitEpoch> epochs)
    {
        Head = head;
        Options = options;
        Seed = seed;
        Epochs = epochs;
        _export = export;
        _members = members;
        (_frames, _features) = (shape.Frames, shape.Width);
        _session = OnnxSession.OpenInMemory(export.ToModel(members, temperature: 1, columns: null));
    }

    public HeadOptions Head { get; }

    public FitOptions Options { get; }

    /// <summary>The seed of the first member.</summary>
    public int Seed { get; }

    /// <summary>The number of members. It is less than <see cref="FitOptions.Ensemble"/> if the training was ended early.</summary>
    public int Members => _members.Count;

    /// <summary>D, the number of features of a frame that the head reads.</summary>
    public int Width => _features;

    /// <summary>All epochs of all members, in their order.</summary>
    public IReadOnlyList<FitEpoch> Epochs { get; }

    /// <summary>The probabilities of clips, in their order: the mean of the members'.</summary>
    /// <exception cref="HeadException">The clips have another number of frames or features.</exception>
    public IReadOnlyList<ClassProbabilities> Predict(LabelledClips clips)
    {
        ArgumentNullException.ThrowIfNull(clips);
        if (clips.Frames != _frames || clips.Width != _features)
            throw new HeadException($"The head takes {_frames} frames of {_features} features; the clips have {clips.Frames} of {clips.Width}.");
        var results = new List<ClassProbabilities>(clips.Clips.Count);
        using var run = new RunOptions();
        for (var first = 0; first < clips.Clips.Count; first += PredictedClips)
        {
            var count = Math.Min(PredictedClips, clips.Clips.Count - first);
            using var input = OrtValue.CreateAllocatedTensorValue(
                OrtAllocator.DefaultInstance, TensorElementType.Float, [count, _frames, _features]);
            clips.Values.Span.Slice(first * _frames * _features, count * _frames * _features).CopyTo(input.GetTensorMutableDataAsSpan<float>());
            using var outputs = _session.Run(run, [OnnxContract.Features], [input], [OnnxContract.Probabilities]);
            var probabilities = outputs[0].GetTensorDataAsSpan<float>();
            for (; probabilities.Length > 0; probabilities = probabilities[HeadLayout.Classes..])
                results.Add(ClassProbabilities.From(probabilities[..HeadLayout.Classes]));
        }
        return results;
    }

    /// <summary>Writes the head as one ONNX file that a bundle can hold.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="temperature">T > 0: the probabilities become softmax(log p / T).</param>
    /// <param name="columns">Where the features are in a longer vector, which the file then takes; null if they are the whole vector.</param>
    public void WriteOnnx(string path, double temperature = 1, FeatureColumns? columns = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        File.WriteAllBytes(path, _export.ToModel(_members, temperature, columns));
    }

    public void Dispose() => _session.Dispose();

    /// <summary>Makes the exported graph and compares it with the graph that was trained.</summary>
    /// <exception cref="HeadException">They differ by more than 1e-5.</exception>
    internal static FittedHead Create(
        HeadSession session, LabelledClips training, HeadOptions head, FitOptions options, int seed, Standardization? standardization, IReadOnlyList<float[][]> members, IReadOnlyList<FitEpoch> epochs)
    {
        var fitted = new FittedHead(head, options, seed, training, new HeadExport(head, training.Frames, training.Width, standardization), members, epochs);
        try
        {
            fitted.CompareWith(session, training);
            return fitted;
        }
        catch
        {
            fitted.Dispose();
            throw;
        }
    }

    private void CompareWith(HeadSession session, LabelledClips training)
    {
        var clips = Math.Min(ComparedClips, training.Clips.Count);
        var trained = new double[clips * HeadLayout.Classes];
        foreach (var member in _members)
        {
            session.States.Start(member);
            foreach (var batch in Enumerable.Range(0, clips).Chunk(session.Batch.Size))
            {
                session.Batch.Fill(training, batch, null);
                session.Evaluate();
                for (var i = 0; i < batch.Length * HeadLayout.Classes; i++)
                    trained[(batch[0] * HeadLayout.Classes) + i] += session.Probabilities[i] / (double)_members.Count;
            }
        }
        var exported = Predict(new(training.Clips.Take(clips).ToArray(), training.Frames, training.Width, training.Values[..(clips * training.Frames * training.Width)]));
        var greatest = exported.SelectMany(one => new[] { one.Covid, one.Pneumonia, one.Healthy }).Zip(trained, (one, other) => Math.Abs(one - other)).Max();
        if (!(greatest <= Tolerance))
        {
            throw new HeadException(string.Create(
                CultureInfo.InvariantCulture,
                $"The exported head's probabilities differ by {greatest:g3} from the trained one's; up to {Tolerance} is allowed. Train with standardised features, or a lower --learning-rate."));
        }
    }
}
