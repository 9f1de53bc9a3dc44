using System.Globalization;
using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Loops;

namespace LusPipeline.Media.Dicom;

/// <summary>Chooses the part of a loop's frames that the model sees.</summary>
internal static class TissueCrop
{
    /// <returns>ffmpeg's filter; null for whole frames.</returns>
    /// <exception cref="RejectedException"><c>no_tissue_region</c>.</exception>
    public static string? Filter(DicomImage image, LoopRegion region)
    {
        if (region == LoopRegion.All || image.Regions.Count == 0)
            return null;
        var tissue = image.Regions.Where(each => each.IsTissue).Select(each => Within(each, image)).OfType<UltrasoundRegion>().ToList();
        if (tissue.Count == 0)
            throw Refused("none of its ultrasound regions is 2D tissue");
        var largest = tissue.MaxBy(each => (each.MaxX - each.MinX + 1) * (each.MaxY - each.MinY + 1));
        if (image.Regions.Any(each => each.IsColourMotion && each.Meets(largest)))
            throw Refused("colour flow lies over the tissue");
        var (width, height) = (largest.MaxX - largest.MinX + 1, largest.MaxY - largest.MinY + 1);
        return width == image.Columns && height == image.Rows
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"crop={width}:{height}:{largest.MinX}:{largest.MinY}:exact=1");
    }

    /// <summary>The part of a region within the image; null if there is none.</summary>
    private static UltrasoundRegion? Within(UltrasoundRegion region, DicomImage image)
    {
        var within = region with
        {
            MinX = Math.Max(0, region.MinX),
            MinY = Math.Max(0, region.MinY),
            MaxX = Math.Min(image.Columns - 1, region.MaxX),
            MaxY = Math.Min(image.Rows - 1, region.MaxY),
        };
        return within.MinX <= within.MaxX && within.MinY <= within.MaxY ? within : null;
    }

    private static RejectedException Refused(string why) =>
        new(ReasonCode.NoTissueRegion, $"The model knows 2D images of tissue, and {why}. {MediaOptions.Section}:{nameof(MediaOptions.Region)} = all takes whole frames nevertheless.");
}
