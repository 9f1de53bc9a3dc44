using LusPipeline.Core.Clips;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;
using LusPipeline.Media.Ffmpeg;
using LusPipeline.Media.Probing;
using LusPipeline.Media.Sniffing;

namespace LusPipeline.Media.Cutting;

/// <summary>
/// Cuts a video into its clips with one run of ffmpeg. The run is planned from the container's index or from the probe's packet count. ffmpeg runs again
/// only when the decoder's count differs from the plan. A video with more clips than the gate has permits is counted first, and its clips are then handed
/// over one by one.
/// </summary>
public sealed class ClipCutter(IngestOptions options, MediaOptions media, VideoLimits limits, DecoderSlots slots, ClipGate gate, TimeProvider time)
{
    private readonly FrameDecoder _decoder = new(options, media, limits, time);

    /// <summary>Whether the container's index is sufficient to plan the cut and claims nothing that the probe would reject.</summary>
    public bool CanCutByIndex(SniffResult.Video sniffed)
    {
        ArgumentNullException.ThrowIfNull(sniffed);
        return sniffed is { CutShort: false, Index.Frames: >= 2, HeaderSize: { Width: > 0, Height: > 0 } size }
            && sniffed.Index.Value.Frames <= limits.MaxFrames && (long)size.Width * size.Height <= limits.MaxFramePixels;
    }

    /// <summary>Cuts a video by its container's index. Clips are handed over only when the decoder confirms the index.</summary>
    /// <param name="sniffed">A video for which <see cref="CanCutByIndex"/> is true.</param>
    /// <param name="onClip">As for <see cref="CutAsync"/>.</param>
    /// <exception cref="RejectedException">
    /// <c>vanished</c>, <c>unreadable</c>. Other refusals by ffmpeg throw nothing here; the probe explains them.
    /// </exception>
    /// <exception cref="TransientException"><c>decoder_crashed</c>.</exception>
    /// <exception cref="BrokenEngineException">Scratch cannot be written (disk full), or ffmpeg cannot be started.</exception>
    public async Task<IndexedCut> CutByIndexAsync(
        CutRequest request, SniffResult.Video sniffed, Func<CutClip, Task<bool>> onClip, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(sniffed);
        ArgumentNullException.ThrowIfNull(onClip);
        if (!CanCutByIndex(sniffed))
            throw new ArgumentException("The container's header lacks what is needed to decode it.", nameof(sniffed));
        var index = sniffed.Index!.Value;
        using var slot = await slots.TakeAsync(request.Source.Urgent, cancellation).ConfigureAwait(false);
        using var handover = new ClipHandover(gate, request.Source.Urgent, onClip);
        var cut = request.Plan.Cut(index.Frames, index.Duration);
        if (cut.Count > gate.Capacity)
        {
            var counted = await UnlessRefusedAsync(_decoder.CountAsync(request.Source, sniffed.Container, cancellation)).ConfigureAwait(false);
            if (FactsOf(sniffed, index, counted) is not { } whole)
                return new(null, counted?.Decoded);
            var passes = await StreamAsync(request, whole, cut, index.Frames, selected: true, handover, cancellation).ConfigureAwait(false);
            return new(new(whole, new(index.Frames, handover.Given, passes + 1, [])), index.Frames);
        }

        await handover.AcquireAsync(cut.Count, cancellation).ConfigureAwait(false);
        using var clips = new ClipAssembler(request, cut);
        var selection = FrameSelection.For(cut);
        var run = await UnlessRefusedAsync(_decoder.DecodeAsync(
            request.Source, sniffed.Container, selection, request.Width, request.Height, clips.AcceptAsync, cancellation)).ConfigureAwait(false);
        if (FactsOf(sniffed, index, run) is not { } facts || !clips.Whole || !Aligned(run!.Value, selection))
            return new(null, run?.Decoded);
        await clips.GiveAllAsync(handover, cancellation).ConfigureAwait(false);
        return new(new(facts, new(index.Frames, handover.Given, 1, [])), index.Frames);
    }

    /// <summary>Cuts a video by the probe's facts and hands its clips over.</summary>
    /// <param name="facts">The probe's result.</param>
    /// <param name="known">The decoder's frame count, if an earlier run has determined it.</param>
    /// <param name="onClip">
    /// Receives each clip and returns whether the receiver keeps the clip's permit; it then returns the permit to the gate later. If it throws, the permit
    /// stays here and the cut fails with that exception. Clips arrive in order, and only after the whole video was decoded without error. Videos with more
    /// clips than permits are the exception: their clips arrive as they are completed.
    /// </param>
    /// <exception cref="RejectedException">
    /// <c>undecodable</c>, <c>too_few_frames</c>, <c>too_many_frames</c>, <c>too_large_frame</c>, <c>truncated</c>, <c>vanished</c>, <c>unreadable</c>.
    /// </exception>
    /// <exception cref="TransientException"><c>decode_timeout</c>, <c>decoder_crashed</c>.</exception>
    /// <exception cref="BrokenEngineException">Scratch cannot be written (disk full), or ffmpeg cannot be started.</exception>
    public async Task<CutReport> CutAsync(
        CutRequest request, VideoFacts facts, long? known, Func<CutClip, Task<bool>> onClip, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(onClip);
        using var slot = await slots.TakeAsync(request.Source.Urgent, cancellation).ConfigureAwait(false);
        using var handover = new ClipHandover(gate, request.Source.Urgent, onClip);

        var decodes = 0;
        var selected = true;
        // A count from an earlier run is only a better estimate. This run is compared with its own count.
        var guess = known is { } told && told <= limits.MaxFrames ? (int)told : facts.Packets;
        int? counted = null;
        if (guess < 2 || guess > limits.MaxFrames || request.Plan.Cut(guess, facts.Duration).Count > gate.Capacity)
            await CountAsync().ConfigureAwait(false);

        while (true)
        {
            var frames = counted ?? guess;
            var cut = request.Plan.Cut(frames, facts.Duration);
            if (cut.Count > gate.Capacity)
            {
                if (counted is null)
                {
                    await CountAsync().ConfigureAwait(false);
                    continue;
                }
                decodes += await StreamAsync(request, facts, cut, frames, selected, handover, cancellation).ConfigureAwait(false);
                return Report(frames);
            }

            await handover.AcquireAsync(cut.Count, cancellation).ConfigureAwait(false);
            using var clips = new ClipAssembler(request, cut);
            var selection = selected ? FrameSelection.For(cut) : FrameSelection.Everything;
            var run = await DecodeAsync(selection, clips).ConfigureAwait(false);
            if (run.Decoded == frames && clips.Whole && Aligned(run, selection))
            {
                await clips.GiveAllAsync(handover, cancellation).ConfigureAwait(false);
                return Report(frames);
            }
            if (run.Decoded != frames && counted is not null)
                throw Unsteady(frames, run.Decoded);
            if (run.Decoded == frames && !selected)
                throw Unsteady(run.Decoded, run.Output);
            counted = (int)run.Decoded;
            selected &= Aligned(run, selection);
            handover.ReturnPermits();
        }

        async Task CountAsync()
        {
            var run = await _decoder.CountAsync(request.Source, facts.Container, cancellation).ConfigureAwait(false);
            decodes++;
            Judge(facts, run);
            counted = (int)run.Decoded;
            selected = run.Graphs == 1;
        }

        async Task<DecodeRun> DecodeAsync(FrameSelection selection, ClipAssembler clips)
        {
            var run = await _decoder.DecodeAsync(
                request.Source, facts.Container, selection, request.Width, request.Height, clips.AcceptAsync, cancellation).ConfigureAwait(false);
            decodes++;
            Judge(facts, run);
            return run;
        }

        CutReport Report(int frames) => new(
            frames, handover.Given, decodes,
            facts.CutShort || frames < facts.ExpectedFrames ? [CutWarning.Truncated] : []);
    }

    /// <returns>The number of runs of ffmpeg.</returns>
    private async Task<int> StreamAsync(
        CutRequest request, VideoFacts facts, ClipCut cut, int frames, bool selected, ClipHandover handover, CancellationToken cancellation)
    {
        // Clips that overlap are open at the same time. If there are fewer permits than that, the video is read several times.
        var open = (int)((cut.Width + cut.Step - 1) / cut.Step);
        var passes = (open + gate.Capacity - 1) / gate.Capacity;
        using var turn = await gate.TakeStreamingTurnAsync(cancellation).ConfigureAwait(false);
        var selection = selected ? FrameSelection.For(cut) : FrameSelection.Everything;
        for (var pass = 0; pass < passes; pass++)
        {
            using var clips = new ClipAssembler(request, cut) { Streamed = handover, Passes = passes, Pass = pass };
            var run = await _decoder.DecodeAsync(
                request.Source, facts.Container, selection, request.Width, request.Height, clips.AcceptAsync, cancellation).ConfigureAwait(false);
            if (run.Decoded != frames || !Aligned(run, selection))
                throw Unsteady(frames, run.Decoded);
        }
        if (handover.Given != cut.Count)
            throw Unsteady(cut.Count, handover.Given);
        return passes;
    }

    /// <returns>Null if the decoder refused the video or did not finish in time.</returns>
    private static async Task<DecodeRun?> UnlessRefusedAsync(Task<DecodeRun> run)
    {
        try
        {
            return await run.ConfigureAwait(false);
        }
        catch (RejectedException refused) when (refused.Reason is not (ReasonCode.Vanished or ReasonCode.Unreadable))
        {
            return null;
        }
        catch (TransientException late) when (late.Reason == ReasonCode.DecodeTimeout)
        {
            return null;
        }
    }

    /// <returns>Null if the decoder's results differ from the index.</returns>
    private static VideoFacts? FactsOf(SniffResult.Video sniffed, ContainerIndex index, DecodeRun? run) =>
        run is { Graphs: 1, Stream: { } stream } confirmed && confirmed.Decoded == index.Frames
            ? new(sniffed.Container, stream.Codec, stream.Width, stream.Height, index.Duration, index.Frames, index.Frames, CutShort: false)
            : null;

    /// <summary>Whether the frames that came out are those that were selected.</summary>
    private static bool Aligned(DecodeRun run, FrameSelection selection) =>
        run.Output == selection.CountBelow(run.Decoded) && (selection.Filter is null || run.Graphs == 1);

    private void Judge(VideoFacts facts, DecodeRun run)
    {
        var decoded = run.Decoded;
        if (decoded > limits.MaxFrames)
            throw new RejectedException(ReasonCode.TooManyFrames, $"More than {limits.MaxFrames} frames.");
        if (facts.ExpectedFrames is { } expected && decoded * 5 < expected * 4L)
            throw new RejectedException(ReasonCode.Truncated, $"Only {decoded} of {expected} frames decode.");
        if (decoded == 0 && facts.Packets > 0)
        {
            RefusedSize.Throw(run.Log, limits.MaxFramePixels);
            throw new RejectedException(ReasonCode.Undecodable, $"No frame decodes: {run.Log.LastError}.");
        }
        if (decoded < 2)
            throw new RejectedException(ReasonCode.TooFewFrames, $"A clip needs 2 frames; {decoded} decode.");
    }

    private static TransientException Unsteady(long first, long second) =>
        new(ReasonCode.DecoderCrashed, $"Two runs of the decoder differ: {first} and {second} frames.");
}
