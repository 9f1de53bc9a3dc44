using System.Numerics.Tensors;
using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;
using LusPipeline.Training.Heads;

namespace LusPipeline.Training.Fitting;

/// <summary>Trains heads. The same clips, options and seed give the same head to the bit on one machine.</summary>
public static class HeadFitter
{
    /// <param name="training">The clips to train on.</param>
    /// <param name="validation">
    /// Clips that are measured after each epoch, and with <see cref="FitOptions.Patience"/> decide when to stop; null for none. None of their patients should
    /// be in <paramref name="training"/>.
    /// </param>
    /// <param name="head">The layers.</param>
    /// <param name="options">How to train them.</param>
    /// <param name="seed">The seed of the first member; the following members have the following numbers.</param>
    /// <param name="progress">Is told of each epoch.</param>
    /// <param name="checkpoint">Where to write how far the training is, and to go on from; null for nowhere.</param>
    /// <param name="stop">Ends the training without a result.</param>
    /// <param name="keep">
    /// Ends the training after the present step with what is there: the members that are finished, or else the best weights of the first one so far.
    /// </param>
    /// <exception cref="HeadException">An option is out of range, the clips cannot be trained on, or the loss becomes infinite.</exception>
    /// <exception cref="OperationCanceledException">It was stopped, or told to keep what is there before the first epoch ended.</exception>
    public static FittedHead Fit(
        LabelledClips training,
        LabelledClips? validation,
        HeadOptions head,
        FitOptions options,
        int seed,
        IProgress<FitEpoch>? progress = null,
        FitCheckpoint? checkpoint = null,
        CancellationToken stop = default,
        CancellationToken keep = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(options);
        head.Validate();
        options.Validate();
        Check(training, validation, head, options);
        var standardization = head.Standardize ? Standardization.Of(training) : null;
        using var session = new HeadSession(
            head, options, Math.Min(options.Batch, training.Clips.Count), training.Frames, training.Width, standardization);
        var run = RunIdentity.Of(training, validation, head, options, seed);
        var state = checkpoint?.Read(run) ?? new FitProgress();
        while (state.Members.Count < options.Ensemble)
        {
            var member = new MemberFit(session, training, validation, options, seed + state.Members.Count, state, progress);
            if (!member.Train(() => Save(onlyIfDue: true), stop, keep))
            {
                if (state.Members.Count == 0)
                    state.Members.Add(member.BestSoFar() ?? throw new OperationCanceledException("The training was ended before its first epoch was over.", keep));
                break;
            }
            state.Finish(member.BestSoFar()!);
            Save(onlyIfDue: false);
        }
        return FittedHead.Create(session, training, head, options, seed, standardization, state.Members, state.Log);

        void Save(bool onlyIfDue)
        {
            if (checkpoint is null || (onlyIfDue && !checkpoint.IsDue))
                return;
            // The copy is made only here: it is three times the size of the head.
            state.State = state.Epoch > 0 ? session.States.All() : [];
            checkpoint.Write(run, state);
            state.State = [];
        }
    }

    private static void Check(LabelledClips training, LabelledClips? validation, HeadOptions head, FitOptions options)
    {
        if (head.IsRecurrent && training.Frames < 2)
            throw new HeadException("A recurrent head needs clips of at least two frames. Take more frames, or give --head mean.");
        if (training.Clips.Count == 0)
            throw new HeadException("There are no clips to train on.");
        foreach (var diagnosis in Enum.GetValues<Diagnosis>())
        {
            if (training.Clips.All(clip => clip.Label == diagnosis))
                throw new HeadException($"All {training.Clips.Count} clips to train on have the label {diagnosis.Name()}. Add videos of the other classes.");
        }
        if (options.ClassWeights && Enum.GetValues<Diagnosis>().FirstOrDefault(diagnosis => training.Clips.All(clip => clip.Label != diagnosis), (Diagnosis)(-1)) is >= 0 and var missing)
            throw new HeadException($"No clip to train on has the label {missing.Name()}. Add videos of it, or train without class weights: --class-weights false.");
        RequireFinite(training);
        if (validation is null)
        {
            if (options.Patience > 0)
                throw new HeadException("--patience needs validation clips, of patients that the head is not trained on.");
            return;
        }
        if (validation.Clips.Count == 0)
            throw new HeadException("There are no validation clips.");
        if (validation.Frames != training.Frames || validation.Width != training.Width)
        {
            throw new HeadException(
                $"The validation clips have {validation.Frames} frames of {validation.Width} features, those to train on {training.Frames} of {training.Width}.");
        }
        RequireFinite(validation);
    }

    private static void RequireFinite(LabelledClips clips)
    {
        for (var clip = 0; clip < clips.Clips.Count; clip++)
        {
            if (!TensorPrimitives.IsFiniteAll(clips[clip].Span))
                throw new HeadException($"The features of '{clips.Clips[clip].Video}' contain infinite values or NaN. Make the features again: lus features.");
        }
    }
}
