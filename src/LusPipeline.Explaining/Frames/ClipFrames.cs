using System.Security.Cryptography;
using LusPipeline.Buckets;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.Explaining.Pictures;
using LusPipeline.Explaining.Subjects;
using LusPipeline.Media;
using LusPipeline.Media.Cutting;
using LusPipeline.Media.Dicom;
using LusPipeline.Media.Ffmpeg;
using LusPipeline.Media.Probing;
using LusPipeline.Models.Bundles;
using LusPipeline.Pipeline.Ingest;

namespace LusPipeline.Explaining.Frames;

/// <summary>
/// Gives the frames of clips. A clip's object is deleted when its features are done, so the original is decoded again, by the same decoder, plan and size, and
/// kept in a cache. One video is decoded at a time.
/// </summary>
public sealed class ClipFrames : IDisposable
{
    /// <summary>Decoding one of many clips decodes its video. So many neighbours on each side are kept, too.</summary>
    private const int Neighbours = 4;

    private readonly IVideoBucket _originals;
    private readonly BundleFinder _bundles;
    private readonly FrameCache _cache;
    private readonly FrameMask _mask;
    private readonly DecoderSlots _slots = new(1);
    private readonly ClipGate _gate = new(8);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly VideoReader _reader;

    /// <param name="originals">Where the originals are.</param>
    /// <param name="bundles">Says the size of the frames that a result's model takes.</param>
    /// <param name="cache">Keeps decoded clips.</param>
    /// <param name="decoding">The settings of the decoder, those of ingest.</param>
    /// <param name="mask">A border that is black in pictures; it never changes what a model computes.</param>
    public ClipFrames(IVideoBucket originals, BundleFinder bundles, FrameCache cache, FrameDecoding decoding, FrameMask mask, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(decoding);
        (_originals, _bundles, _cache, _mask) = (originals, bundles, cache, mask);
        var cutter = new ClipCutter(decoding.Ingest, decoding.Media, decoding.Limits, _slots, _gate, clock);
        var probe = new VideoProbe(decoding.Ingest, decoding.Media, decoding.Limits, _slots, clock);
        _reader = new VideoReader(probe, cutter, new LoopOpener(decoding.Ingest, decoding.Media, decoding.Limits));
    }

    /// <summary>Takes a clip's frames from the cache, or decodes its video.</summary>
    /// <exception cref="NotExplainableException">The original is gone or changed, cannot be decoded any more, or the model is not on this machine.</exception>
    /// <exception cref="BrokenEngineException">ffmpeg cannot be started, or the disk is full.</exception>
    public async Task<ClipPictures> ReadAsync(ClipSubject clip, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(clip);
        var bundle = _bundles.Load(clip.BundleId);
        if (Cached(clip, bundle) is { } known)
            return known;
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (Cached(clip, bundle) is { } decodedMeanwhile)
                return decodedMeanwhile;
            var content = await DecodeAsync(clip, bundle, cancellation).ConfigureAwait(false);
            return Pictures(content, clip);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _turn.Dispose();
        _slots.Dispose();
        _gate.Dispose();
    }

    private ClipPictures? Cached(ClipSubject clip, Bundle bundle) =>
        _cache.Read(clip.ClipId, bundle.Height, bundle.Width) is { } content ? Pictures(content, clip) : null;

    private ClipPictures Pictures(byte[] content, ClipSubject clip) =>
        new(content, Convert.ToHexStringLower(SHA256.HashData(content)), clip.FramesSha256, clip.Cut, clip.Index, _mask);

    /// <returns>The clip as a numpy file.</returns>
    private async Task<byte[]> DecodeAsync(ClipSubject clip, Bundle bundle, CancellationToken cancellation)
    {
        var scratch = _cache.MakeScratch();
        try
        {
            using var local = await FetchAsync(clip, Path.Combine(scratch, $"{clip.VideoId:N}.video"), cancellation).ConfigureAwait(false);
            using var source = VideoSource.Open(clip.VideoId, local.Path, scratch);
            var request = new CutRequest(source, clip.Plan, bundle.Width, bundle.Height, scratch, index => $"{index}.npy") { Region = LoopRegions.OfContent(clip.Content) };
            byte[]? content = null;
            await _reader.ReadAsync(request, clip.ObjectKey, _ => null, TakeAsync, cancellation).ConfigureAwait(false);
            return content ?? throw new NotExplainableException("The original has fewer clips now than when it was diagnosed, so it is not the same video to this decoder.");

            async Task<bool> TakeAsync(CutClip cut)
            {
                if (cut.Index == clip.Index)
                    content = await File.ReadAllBytesAsync(cut.Path, cancellation).ConfigureAwait(false);
                if (Math.Abs(cut.Index - clip.Index) <= Neighbours)
                    _cache.Take(LedgerIds.Clip(clip.VideoId, clip.Plan, cut.Index), bundle.Height, bundle.Width, cut.Path);
                else
                    File.Delete(cut.Path);
                return false;
            }
        }
        catch (RejectedException refused)
        {
            throw new NotExplainableException($"The original can no longer be decoded ({refused.Reason}): {refused.Message}", refused);
        }
        catch (TransientException failed)
        {
            throw new NotExplainableException($"The original could not be decoded ({failed.Reason}): {failed.Message} Try it again.", failed);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private async Task<LocalVideo> FetchAsync(ClipSubject clip, string localPath, CancellationToken cancellation)
    {
        try
        {
            return await _originals.FetchAsync(clip.ObjectKey, clip.Tag, localPath, cancellation).ConfigureAwait(false);
        }
        catch (RejectedException gone) when (gone.Reason == ReasonCode.Vanished)
        {
            if (await _originals.FindCopyAsync(clip.ObjectKey, LoopContent.OfObject(clip.Content), cancellation).ConfigureAwait(false) is { } copy)
                return await _originals.FetchAsync(copy.Key, copy.Tag, localPath, cancellation).ConfigureAwait(false);
            throw new NotExplainableException("The original is gone, or its content has changed since it was diagnosed, so its frames cannot be shown.", gone);
        }
        catch (RejectedException refused)
        {
            throw new NotExplainableException($"The original cannot be read ({refused.Reason}): {refused.Message}", refused);
        }
        catch (BucketUnavailableException away)
        {
            throw new NotExplainableException($"The bucket of the originals does not answer: {away.Message}", away);
        }
    }
}
