using LusPipeline.Core.Clips;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;
using LusPipeline.Ingest.Media;
using LusPipeline.Ingest.Probing;

namespace LusPipeline.Ingest.Cutting;

/// <summary>
/// Cuts a video into its clips by one run of ffmpeg, planned on the probe's count of packets. Only where the decoder counts
/// otherwise it runs again. A video of more clips than the gate has permits is counted first; its clips then leave one by one.
/// </summary>
public sealed class ClipCutter(IngestOptions options, VideoLimits limits, DecoderSlots slots, ClipGate gate, TimeProvider time)
{
    private readonly FrameDecoder _decoder = new(options, limits, time);

    /// <summary>Cuts a video and hands its clips over.</summary>
    /// <param name="onClip">
    /// Receives each clip and says whether the clip keeps its permit, which the receiver then gives back to the gate later. When it
    /// throws, the permit stays here and the cut fails with it. The clips come in order and only when the whole video was read well,
    /// except for videos of more clips than permits: theirs come as they get whole.
    /// </param>
    /// <exception cref="RejectedException">
    /// <c>undecodable</c>, <c>too_few_frames</c>, <c>too_many_frames</c>, <c>too_large_frame</c>, <c>truncated</c>, <c>vanished</c>, <c>unreadable</c>.
    /// </exception>
    /// <exception cref="TransientException"><c>decode_timeout</c>, <c>decoder_crashed</c>.</exception>
    /// <exception cref="BrokenEngineException">Scratch cannot be written (disk full), or ffmpeg cannot be started.</exception>
    public async Task<CutReport> CutAsync(CutRequest request, Func<CutClip, Task<bool>> onClip, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(onClip);
        using var slot = await slots.TakeAsync(cancellation).ConfigureAwait(false);
        using var handover = new ClipHandover(gate, onClip);

        var facts = request.Facts;
        var decodes = 0;
        var selected = true;
        int? counted = null;
        if (facts.Packets < 2 || facts.Packets > limits.MaxFrames || PlanFor(request, facts.Packets).Count > gate.Capacity)
            await CountAsync().ConfigureAwait(false);

        while (true)
        {
            var frames = counted ?? facts.Packets;
            var cut = PlanFor(request, frames);
            if (cut.Count > gate.Capacity)
            {
                if (counted is null)
                {
                    await CountAsync().ConfigureAwait(false);
                    continue;
                }
                decodes += await StreamAsync(request, cut, frames, selected, handover, cancellation).ConfigureAwait(false);
                return Report(frames);
            }

            await handover.AcquireAsync(cut.Count, cancellation).ConfigureAwait(false);
            using var clips = new ClipAssembler(request, cut);
            var selection = selected ? FrameSelection.Of(cut) : FrameSelection.Everything;
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
            var run = await _decoder.CountAsync(request.Source, facts, cancellation).ConfigureAwait(false);
            decodes++;
            Judge(facts, run);
            counted = (int)run.Decoded;
            selected = run.Graphs == 1;
        }

        async Task<DecodeRun> DecodeAsync(FrameSelection selection, ClipAssembler clips)
        {
            var run = await _decoder.DecodeAsync(
                request.Source, facts, selection, request.Width, request.Height, clips.AcceptAsync, cancellation).ConfigureAwait(false);
            decodes++;
            Judge(facts, run);
            return run;
        }

        CutReport Report(int frames) => new(
            frames, handover.Given, decodes,
            facts.CutShort || frames < facts.ExpectedFrames ? [CutWarning.Truncated] : []);
    }

    /// <returns>Runs of ffmpeg.</returns>
    private async Task<int> StreamAsync(
        CutRequest request, ClipCut cut, int frames, bool selected, ClipHandover handover, CancellationToken cancellation)
    {
        // Clips that overlap are open together; where permits do not allow that, the video is read several times.
        var open = (int)((cut.Width + cut.Step - 1) / cut.Step);
        var passes = (open + gate.Capacity - 1) / gate.Capacity;
        using var turn = await gate.TakeStreamingTurnAsync(cancellation).ConfigureAwait(false);
        var selection = selected ? FrameSelection.Of(cut) : FrameSelection.Everything;
        for (var pass = 0; pass < passes; pass++)
        {
            using var clips = new ClipAssembler(request, cut) { Streamed = handover, Passes = passes, Pass = pass };
            var run = await _decoder.DecodeAsync(
                request.Source, request.Facts, selection, request.Width, request.Height, clips.AcceptAsync, cancellation).ConfigureAwait(false);
            if (run.Decoded != frames || !Aligned(run, selection))
                throw Unsteady(frames, run.Decoded);
        }
        if (handover.Given != cut.Count)
            throw Unsteady(cut.Count, handover.Given);
        return passes;
    }

    private static ClipCut PlanFor(CutRequest request, int frames) => request.Plan.Cut(frames, request.Facts.Duration);

    /// <summary>The frames that came are those that were selected.</summary>
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
