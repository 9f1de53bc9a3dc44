using System.Globalization;
using LusPipeline.Training.Data;
using LusPipeline.Training.Heads;

namespace LusPipeline.Training.Fitting;

/// <summary>Trains one member of an ensemble.</summary>
/// <param name="session">Runs the steps.</param>
/// <param name="training">The clips to train on.</param>
/// <param name="validation">The clips to measure on; null for none.</param>
/// <param name="options">How to train.</param>
/// <param name="seed">The member's seed.</param>
/// <param name="state">Where the training is; it is kept up to date.</param>
/// <param name="progress">Is told of each epoch.</param>
internal sealed class MemberFit(
    HeadSession session, LabelledClips training, LabelledClips? validation, FitOptions options, int seed, FitProgress state, IProgress<FitEpoch>? progress)
{
    /// <summary>Stands for the epoch of a member's first weights, so that each epoch has random numbers of its own.</summary>
    private const int BeforeEpochs = -1;

    private readonly double[]? _classWeights = options.ClassWeights ? ClassWeights.Balanced([.. training.Clips.Select(clip => clip.Label)]) : null;
    private readonly int[] _all = [.. Enumerable.Range(0, training.Clips.Count)];
    private TimeSpan _spent;
    private int _epochsHere;

    private int StepsPerEpoch => (training.Clips.Count + session.Batch.Size - 1) / session.Batch.Size;

    /// <summary>The best epoch's weights with early stopping, otherwise the present ones; null before the first epoch is over.</summary>
    public float[][]? BestSoFar() => state.Best.Length > 0 ? state.Best : state.Epoch > 0 ? session.States.Weights() : null;

    /// <param name="save">Is called after each epoch.</param>
    /// <returns>Whether the training came to its end; false if <paramref name="keep"/> ended it.</returns>
    public bool Train(Action save, CancellationToken stop, CancellationToken keep)
    {
        if (state.Epoch == 0)
            session.States.Start(Initializer.Start(session.States.Parameters, Generator(BeforeEpochs)));
        else if (state.State.Length > 0)
            session.States.Restore(state.State);
        state.State = [];
        while (state.Epoch < options.Epochs && (options.Patience == 0 || state.SinceBest < options.Patience))
        {
            var started = TimeProvider.System.GetTimestamp();
            if (Epoch(stop, keep) is not var (loss, accuracy))
                return false;
            var (validationLoss, validationAccuracy) = validation is null ? (null, null) : Measure(validation);
            state.Epoch++;
            if (options.Patience > 0)
                Compare(validationLoss!.Value);
            _spent += TimeProvider.System.GetElapsedTime(started);
            _epochsHere++;
            var left = (options.Epochs - state.Epoch) + (options.Epochs * (options.Ensemble - state.Members.Count - 1));
            var epoch = new FitEpoch(
                state.Members.Count + 1, options.Ensemble, state.Epoch, options.Epochs, loss, accuracy, validationLoss, validationAccuracy, _spent / _epochsHere * left);
            state.Log.Add(epoch);
            progress?.Report(epoch);
            save();
        }
        return true;
    }

    /// <returns>Mean loss and accuracy; null if it was ended by <paramref name="keep"/>.</returns>
    private (double Loss, double Accuracy)? Epoch(CancellationToken stop, CancellationToken keep)
    {
        var random = Generator(state.Epoch);
        int[] order = [.. _all];
        random.Shuffle(order);
        var (sum, right) = (0.0, 0);
        for (var step = 0; step < StepsPerEpoch; step++)
        {
            stop.ThrowIfCancellationRequested();
            if (keep.IsCancellationRequested)
                return null;
            var clips = order.AsSpan(step * session.Batch.Size, Math.Min(session.Batch.Size, order.Length - (step * session.Batch.Size)));
            session.Batch.Fill(training, clips, _classWeights);
            var number = ((long)state.Epoch * StepsPerEpoch) + step;
            var rate = LearningRates.At(options, number, (long)options.Epochs * StepsPerEpoch);
            session.Step(rate, options.WeightDecay, number + 1, random);
            if (!float.IsFinite(session.Loss))
            {
                throw new HeadException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The loss became {session.Loss} in epoch {state.Epoch + 1}. Lower --learning-rate (it is {options.LearningRate}), or limit the gradients: --clip-norm 1."));
            }
            sum += (double)session.Loss * clips.Length;
            right += ClipBatch.Score(training, clips, session.Probabilities).Right;
        }
        return (sum / order.Length, (double)right / order.Length);
    }

    private (double? Loss, double? Accuracy) Measure(LabelledClips clips)
    {
        var (sum, right) = (0.0, 0);
        foreach (var batch in Enumerable.Range(0, clips.Clips.Count).Chunk(session.Batch.Size))
        {
            session.Batch.Fill(clips, batch, null);
            session.Evaluate();
            var score = ClipBatch.Score(clips, batch, session.Probabilities);
            sum += score.CrossEntropy;
            right += score.Right;
        }
        return (sum / clips.Clips.Count, (double)right / clips.Clips.Count);
    }

    private void Compare(double loss)
    {
        state.SinceBest++;
        if (loss < state.BestLoss)
            (state.BestLoss, state.SinceBest, state.Best) = (loss, 0, session.States.Weights());
    }

    /// <summary>A generator for each member and epoch, so that a training that goes on draws the same numbers as one that never stopped.</summary>
    private Random Generator(int epoch)
    {
        // The finalizer of SplitMix64 (Steele, Lea and Flood, 2014) spreads neighbouring seeds over all generators.
        var mixed = ((ulong)(uint)seed << 32 | (uint)epoch) + 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return new Random((int)(mixed ^ (mixed >> 31)));
    }
}
