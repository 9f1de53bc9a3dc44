using System.Diagnostics;
using System.Numerics.Tensors;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.ModelTools.Variants.Quantization;

/// <summary>Computes the same frames with two variants of a bundle alternately, so that other load on the machine slows both equally.</summary>
public sealed class VariantComparison : IDisposable
{
    private readonly Side _reference;
    private readonly Side _other;
    private double _cosines;
    private float _greatestError;
    private float _greatestValue;
    private int _turns;

    /// <exception cref="BundleException">The bundle does not have a variant, or ONNX Runtime refuses it.</exception>
    public VariantComparison(Bundle bundle, string reference, string other, InferenceOptions options)
    {
        _reference = new Side(OnnxBackbone.Open(bundle, reference, options));
        try
        {
            _other = new Side(OnnxBackbone.Open(bundle, other, options));
        }
        catch
        {
            _reference.Dispose();
            throw;
        }
    }

    public int Frames { get; private set; }

    /// <summary>Mean over the frames of the cosine between the two feature vectors.</summary>
    public double MeanCosine => _cosines / Frames;

    public double WorstCosine { get; private set; } = 1;

    /// <summary>The largest difference of a feature divided by the largest feature.</summary>
    public double RelativeError => _greatestError / _greatestValue;

    public double ReferenceFramesPerSecond => Frames / _reference.Wall.TotalSeconds;
    public double OtherFramesPerSecond => Frames / _other.Wall.TotalSeconds;

    /// <summary>Ratio of the two speeds in frames a second of wall time: the other variant's divided by the reference's.</summary>
    public double Speed => _reference.Wall / _other.Wall;

    /// <summary>Ratio of the two speeds in frames a second of CPU time. It depends less on other load on the machine.</summary>
    public double CpuSpeed => _reference.Cpu / _other.Cpu;

    /// <summary>Runs both variants on black frames first, so that opening them is not part of the measurement.</summary>
    public async Task WarmUpAsync(CancellationToken cancellation)
    {
        await _reference.Backbone.WarmUpAsync(cancellation).ConfigureAwait(false);
        await _other.Backbone.WarmUpAsync(cancellation).ConfigureAwait(false);
    }

    /// <param name="frames">uint8 RGB [<paramref name="count"/>, H, W, 3].</param>
    /// <param name="count">Number of frames, at least 1.</param>
    /// <returns>The features of both variants, float32 [<paramref name="count"/>, D] each.</returns>
    public async Task<(float[] Reference, float[] Other)> AddAsync(ReadOnlyMemory<byte> frames, int count, CancellationToken cancellation)
    {
        float[] reference, other;
        if (_turns++ % 2 == 0)
        {
            reference = await _reference.RunAsync(frames, count, cancellation).ConfigureAwait(false);
            other = await _other.RunAsync(frames, count, cancellation).ConfigureAwait(false);
        }
        else
        {
            other = await _other.RunAsync(frames, count, cancellation).ConfigureAwait(false);
            reference = await _reference.RunAsync(frames, count, cancellation).ConfigureAwait(false);
        }
        var length = reference.Length / count;
        for (var frame = 0; frame < count; frame++)
            Compare(reference.AsSpan(frame * length, length), other.AsSpan(frame * length, length));
        Frames += count;
        return (reference, other);
    }

    public void Dispose()
    {
        _reference.Dispose();
        _other.Dispose();
    }

    private void Compare(ReadOnlySpan<float> reference, ReadOnlySpan<float> other)
    {
        var cosine = TensorPrimitives.CosineSimilarity(reference, other);
        _cosines += cosine;
        WorstCosine = Math.Min(WorstCosine, cosine);
        _greatestError = Math.Max(_greatestError, TensorPrimitives.MaxMagnitude<float>(Difference(reference, other)));
        _greatestValue = Math.Max(_greatestValue, Math.Abs(TensorPrimitives.MaxMagnitude(reference)));
    }

    private static float[] Difference(ReadOnlySpan<float> one, ReadOnlySpan<float> two)
    {
        var difference = new float[one.Length];
        TensorPrimitives.Subtract(one, two, difference);
        TensorPrimitives.Abs(difference, difference);
        return difference;
    }

    private sealed class Side(OnnxBackbone backbone) : IDisposable
    {
        public OnnxBackbone Backbone => backbone;
        public TimeSpan Wall { get; private set; }
        public TimeSpan Cpu { get; private set; }

        public async Task<float[]> RunAsync(ReadOnlyMemory<byte> frames, int count, CancellationToken cancellation)
        {
            var features = new float[count * backbone.FeatureLength];
            var (cpu, watch) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
            await backbone.ExtractAsync(frames, count, features, cancellation).ConfigureAwait(false);
            Wall += watch.Elapsed;
            Cpu += Environment.CpuUsage.TotalTime - cpu;
            return features;
        }

        public void Dispose() => backbone.Dispose();
    }
}
