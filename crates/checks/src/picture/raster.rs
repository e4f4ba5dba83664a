//! Pictures made of pixels: PNG, JPEG, GIF, BMP, TIFF, WebP.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::error::ImageError;
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder as _, ImageEncoder as _, ImageFormat, ImageReader, RgbImage,
};

use super::{Dropped, Format, Loss, Picture, PictureError, dropped};
use crate::policy::Limits;

/// Bytes that a decoder may take for a pixel: 16 of the widest kind (four 32-bit floats), twice, for its own copy.
const BYTES_A_PIXEL: u64 = 32;

/// Decodes a picture of pixels and writes it again.
pub(super) fn decode(bytes: &[u8], format: Format, limits: &Limits) -> Result<Picture, PictureError> {
    let (decoded, mut lost) = (open(bytes, format, limits)?, dropped::list(bytes, format)?);
    let (pixels, transparent) = flatten(&decoded);
    if transparent {
        lost.push(Dropped::new(Loss::Transparency, "see-through pixels, now on white", 0));
    }
    let png = encode(&pixels).map_err(|error| PictureError::Broken { format, why: error.to_string() })?;
    Ok(Picture {
        format,
        width: pixels.width(),
        height: pixels.height(),
        png,
        text: Vec::new(),
        dropped: lost,
    })
}

/// The pixels as they are meant to be seen: turned as the picture says, still with their transparency.
pub(super) fn open(bytes: &[u8], format: Format, limits: &Limits) -> Result<DynamicImage, PictureError> {
    let failed = |error: ImageError| refusal(format, &error);
    let mut reader =
        ImageReader::with_format(Cursor::new(bytes), image_format(format).ok_or(PictureError::Unknown)?);
    let mut within = image::Limits::default();
    within.max_alloc = Some(limits.pixels.saturating_mul(BYTES_A_PIXEL));
    reader.limits(within);
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > limits.pixels {
        return Err(PictureError::TooLarge {
            width: width.into(),
            height: height.into(),
            limit: limits.pixels,
        });
    }
    let orientation = decoder.orientation().map_err(failed)?;
    let mut decoded = DynamicImage::from_decoder(decoder).map_err(failed)?;
    decoded.apply_orientation(orientation);
    Ok(decoded)
}

/// Lays the picture on white. Colours under clear pixels, and marks too faint to be seen, would leave unseen otherwise.
fn flatten(decoded: &DynamicImage) -> (RgbImage, bool) {
    if !decoded.color().has_alpha() {
        return (decoded.to_rgb8(), false);
    }
    let with_alpha = decoded.to_rgba8();
    let transparent = with_alpha.as_raw().chunks_exact(4).any(|pixel| pixel[3] < u8::MAX);
    let mut pixels = RgbImage::new(with_alpha.width(), with_alpha.height());
    for (to, from) in pixels.chunks_exact_mut(3).zip(with_alpha.chunks_exact(4)) {
        for (part, colour) in to.iter_mut().zip(from) {
            *part = on_white(*colour, from[3]);
        }
    }
    (pixels, transparent)
}

fn on_white(part: u8, alpha: u8) -> u8 {
    let (part, alpha) = (u32::from(part), u32::from(alpha));
    u8::try_from((part * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
}

/// Writes pixels as PNG: fixed compression and filter, no chunk but IHDR, IDAT and IEND.
pub(super) fn encode(pixels: &RgbImage) -> Result<Vec<u8>, ImageError> {
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Default, FilterType::Adaptive).write_image(
        pixels.as_raw(),
        pixels.width(),
        pixels.height(),
        ExtendedColorType::Rgb8,
    )?;
    Ok(png)
}

fn image_format(format: Format) -> Option<ImageFormat> {
    match format {
        Format::Png => Some(ImageFormat::Png),
        Format::Jpeg => Some(ImageFormat::Jpeg),
        Format::Gif => Some(ImageFormat::Gif),
        Format::Bmp => Some(ImageFormat::Bmp),
        Format::Tiff => Some(ImageFormat::Tiff),
        Format::WebP => Some(ImageFormat::WebP),
        Format::Svg => None,
    }
}

fn refusal(format: Format, error: &ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooComplex {
            format,
            why: "it takes more memory than its limit of pixels allows".to_owned(),
        },
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            PictureError::CutOff(format)
        }
        _ => PictureError::Broken { format, why: error.to_string() },
    }
}
