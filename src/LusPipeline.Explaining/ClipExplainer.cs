using LusPipeline.Explaining.Frames;
using LusPipeline.Explaining.Subjects;
using LusPipeline.Ledger.Databases;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Explaining;

/// <summary>
/// Explains clips of a ledger. It keeps the last explanations and the last models. One clip is computed at a time; callers that ask for the same clip share one
/// computation. Many requests may call it at the same time.
/// </summary>
public sealed class ClipExplainer : IDisposable
{
    /// <summary>Explanations that are kept, with their frames: 5.4 MB each with the default model.</summary>
    private const int KeptExplanations = 12;

    private const int KeptModels = 2;

    private readonly ClipSubjects _subjects;
    private readonly ClipFrames _frames;
    private readonly BundleFinder _bundles;
    private readonly InferenceOptions _inference;
    private readonly Func<Bundle, Task> _tryFirst;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly List<(ClipSubject Clip, Task<ClipExplanation> Explanation)> _recent = [];
    private readonly List<(string Bundle, ExplainedModel Model)> _models = [];

    /// <param name="open">The ledger, which is only read.</param>
    /// <param name="frames">Gives the frames.</param>
    /// <param name="bundles">Finds the models.</param>
    /// <param name="inference">How models run; the provider is the CPU in any case.</param>
    /// <param name="tryFirst">
    /// Called before a bundle is opened. It throws <see cref="BundleException"/> for one that must not be opened. A hostile graph can end the process that opens it.
    /// </param>
    public ClipExplainer(Func<LedgerContext> open, ClipFrames frames, BundleFinder bundles, InferenceOptions inference, Func<Bundle, Task> tryFirst)
    {
        _subjects = new ClipSubjects(open);
        (_frames, _bundles, _inference, _tryFirst) = (frames, bundles, inference, tryFirst);
    }

    /// <summary>Explains a clip of the newest generation of a video.</summary>
    /// <param name="videoId">The video.</param>
    /// <param name="clipIndex">Position of the clip in its video, from 0.</param>
    /// <param name="cancellation">Ends the waiting; a computation that others may want goes on.</param>
    /// <exception cref="NotExplainableException">The video, its original or its model is not there; the message says it to people.</exception>
    /// <exception cref="BundleException">The model's files are damaged, or ONNX Runtime refuses them.</exception>
    /// <exception cref="Core.Outcomes.BrokenEngineException">The program cannot go on: no ffmpeg, no disk, no memory.</exception>
    public async Task<ClipExplanation> ExplainAsync(Guid videoId, int clipIndex, CancellationToken cancellation)
    {
        // The ledger is asked each time: what it no longer has is shown no more.
        var clip = await _subjects.ReadAsync(videoId, clipIndex, cancellation).ConfigureAwait(false);
        Task<ClipExplanation> explanation;
        lock (_lock)
        {
            _recent.RemoveAll(one => one.Explanation.IsFaulted || one.Explanation.IsCanceled);
            var known = _recent.FindIndex(one => one.Clip == clip);
            explanation = known < 0 ? Task.Run(() => ComputeAsync(clip, _stop.Token), _stop.Token) : _recent[known].Explanation;
            if (known >= 0)
                _recent.RemoveAt(known);
            _recent.Add((clip, explanation));
            if (_recent.Count > KeptExplanations)
                _recent.RemoveAt(0);
        }
        return await explanation.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Ends the computations and closes the models.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _turn.Wait();
        foreach (var (_, model) in _models)
            model.Dispose();
        _models.Clear();
        _stop.Dispose();
        // The semaphore stays taken, so that no computation begins any more.
    }

    private async Task<ClipExplanation> ComputeAsync(ClipSubject clip, CancellationToken cancellation)
    {
        var frames = _frames.ReadAsync(clip, cancellation);
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (frames.IsCompleted)
                await frames.ConfigureAwait(false);
            // The model is opened while the video is decoded.
            var model = await ModelAsync(clip).ConfigureAwait(false);
            return await model.ExplainAsync(clip, await frames.ConfigureAwait(false), cancellation).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<ExplainedModel> ModelAsync(ClipSubject clip)
    {
        var bundle = _bundles.Load(clip.BundleId);
        var variant = ExplainedModel.VariantFor(bundle, clip.Variant);
        var known = _models.FindIndex(one => one.Bundle == bundle.Id && one.Model.Variant == variant);
        if (known >= 0)
            return _models[known].Model;
        await _tryFirst(bundle).ConfigureAwait(false);
        var model = await ExplainedModel.OpenAsync(bundle, variant, _inference).ConfigureAwait(false);
        _models.Add((bundle.Id, model));
        if (_models.Count > KeptModels)
        {
            _models[0].Model.Dispose();
            _models.RemoveAt(0);
        }
        return model;
    }
}
