using System.Buffers.Binary;
using LusPipeline.Dicom.Parsing;

namespace LusPipeline.Dicom.Loops;

/// <summary>A region of an ultrasound image (PS3.3, section C.8.5.5). Coordinates are in pixels from the upper left one, and both corners belong to it.</summary>
/// <param name="SpatialFormat">1 is a 2D image, 2 M-mode, 3 a spectrum, 4 a wave form, 5 graphics.</param>
/// <param name="DataType">1 is tissue, 2 colour flow, others are Doppler, curves and bars.</param>
public readonly record struct UltrasoundRegion(int SpatialFormat, int DataType, long MinX, long MinY, long MaxX, long MaxY)
{
    /// <summary>Most regions of an image.</summary>
    private const int MostRegions = 1000;

    public bool IsTissue => SpatialFormat == 1 && DataType == 1;

    /// <summary>Whether it shows a colour-coded motion in a 2D image.</summary>
    public bool IsColourMotion => SpatialFormat == 1 && DataType is 2 or 13 or 14 or 15;

    /// <summary>Whether two regions have a pixel in common.</summary>
    public bool Meets(UltrasoundRegion other) => MinX <= other.MaxX && other.MinX <= MaxX && MinY <= other.MaxY && other.MinY <= MaxY;

    /// <summary>Reads the sequence at which the reader stands.</summary>
    /// <param name="most">The longest sequence that is read, in bytes.</param>
    internal static IReadOnlyList<UltrasoundRegion> ReadAll(DataSetReader reader, int most)
    {
        if (reader.Length != DataSetReader.UndefinedLength)
        {
            if (reader.Length > most)
                throw DicomFault.Malformed($"its sequence of ultrasound regions has {reader.Length} bytes");
            if (reader.Length == 0)
                return [];
            reader.Enter();
        }
        var outside = reader.Depth - 1;
        var regions = new List<UltrasoundRegion>();
        var numbers = new Dictionary<uint, long>();
        while (reader.Depth > outside && reader.Read())
        {
            switch (reader.Kind)
            {
                case DataSetToken.Item when reader.Depth == outside + 2:
                    numbers.Clear();
                    break;
                case DataSetToken.End when reader.Depth == outside + 1:
                    regions.Add(From(numbers));
                    if (regions.Count > MostRegions)
                        throw DicomFault.Malformed($"it has more than {MostRegions} ultrasound regions");
                    break;
                case DataSetToken.Element when reader.Depth == outside + 2 && reader.Tag >> 16 == 0x0018 && reader.Length is 2 or 4:
                    numbers[reader.Tag] = Number(reader.Value(4), reader.Form.BigEndian);
                    break;
                default:
                    break;
            }
        }
        return regions;
    }

    private static UltrasoundRegion From(Dictionary<uint, long> numbers)
    {
        return new(
            (int)numbers.GetValueOrDefault(DicomTag.RegionSpatialFormat), (int)numbers.GetValueOrDefault(DicomTag.RegionDataType),
            Corner(DicomTag.RegionMinX0), Corner(DicomTag.RegionMinY0), Corner(DicomTag.RegionMaxX1), Corner(DicomTag.RegionMaxY1));

        long Corner(uint tag) => numbers.TryGetValue(tag, out var number) ? number : throw DicomFault.Malformed("an ultrasound region lacks a corner");
    }

    private static long Number(ReadOnlySpan<byte> value, bool bigEndian) => (value.Length, bigEndian) switch
    {
        (2, false) => BinaryPrimitives.ReadUInt16LittleEndian(value),
        (2, true) => BinaryPrimitives.ReadUInt16BigEndian(value),
        (_, false) => BinaryPrimitives.ReadUInt32LittleEndian(value),
        (_, true) => BinaryPrimitives.ReadUInt32BigEndian(value),
    };
}
